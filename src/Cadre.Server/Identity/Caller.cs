using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Who sent a request, proven by an API key or a token. Everything a request reads or changes is scoped by it.</summary>
/// <param name="User">Owner of what the caller creates: a person's id (<see cref="Owner.IsPerson"/>), or the name that a program's key was given.</param>
/// <param name="Credential">What limits are counted by and repeats are known by: the API key's id; for a token organisation and person.</param>
/// <param name="RequestsPerMinute">Null: no limit.</param>
public sealed record Caller(string Organisation, string User, string Credential, Role Role = Role.User, int? RequestsPerMinute = null)
{
    private static readonly object Item = new();

    public Owner Owner => new(Organisation, User);

    /// <summary>What the caller reaches: a person the own things, whatever the role; a program all of its organisation, as OpenAI's projects share between keys.</summary>
    public Scope Scope => Scope.Of(Owner);

    /// <summary>The caller's own things alone; for what is personal by nature, such as tasks and chats.</summary>
    public Scope Own => new(Organisation, User);

    /// <summary>What was granted to the token, for faces that ask for it (OAuth's scopes); null: everything that the role may.</summary>
    public IReadOnlySet<string>? Grants { get; init; }

    /// <summary>The author of what this caller does, for journal and audit.</summary>
    public string Author => $"user:{User}";

    public bool IsAdministrator => Role == Role.Administrator;

    /// <summary>
    /// Whether the token was made to do some things only. One whose scopes name nothing of this server ("openid profile") was made for signing in, and limits nothing in the server's own
    /// API; MCP clients, which are a third party's programs, need each grant by name.
    /// </summary>
    public bool IsLimited => Grants is { Count: > 0 };

    public bool Has(string grant) => Grants is null || Grants.Contains(grant);

    /// <summary>Null on the few routes that need no proof.</summary>
    public static Caller? TryOf(HttpContext http) => http.Items[Item] as Caller;

    public static Caller Of(HttpContext http) =>
        TryOf(http) ?? throw new InvalidOperationException("The request was not authenticated: its route is outside the identity's reach.");

    /// <summary>For routes about a whole organisation: its things are reached by <see cref="OrganisationScope"/>.</summary>
    /// <exception cref="ApiException">403: the caller is no administrator.</exception>
    public static Caller Administrator(HttpContext http) => Of(http) is { Role: Role.Administrator } caller
        ? caller
        : throw new ApiException(StatusCodes.Status403Forbidden, "Only an administrator may do this.") { Code = "not_an_administrator" };

    /// <summary>For what concerns every organisation of the server: its policies, its model endpoint, the requests of all.</summary>
    /// <exception cref="ApiException">403: the caller is no administrator of the first organisation.</exception>
    public static Caller ServerAdministrator(HttpContext http) => Administrator(http) is { Organisation: ApiKeys.FirstOrganisation } caller
        ? caller
        : throw new ApiException(StatusCodes.Status403Forbidden, "Only an administrator of the first organisation may do this.") { Code = "not_an_operator" };

    /// <summary>For routes about a whole organisation that change no rule: its audit, its runs, its approvals.</summary>
    /// <exception cref="ApiException">403: the caller is neither operator nor administrator.</exception>
    public static Caller Operator(HttpContext http) => Of(http) is { Role: not Role.User } caller
        ? caller
        : throw new ApiException(StatusCodes.Status403Forbidden, "Only an operator may do this.") { Code = "not_an_operator" };

    /// <summary>All of the organisation, whoever owns it. Only behind <see cref="Administrator"/> or <see cref="Operator"/>.</summary>
    public Scope OrganisationScope => new(Organisation);

    internal void Attach(HttpContext http) => http.Items[Item] = this;
}

public enum Role
{
    User,

    /// <summary>Sees its organisation's audit, runs and approvals, and answers approvals.</summary>
    Operator,

    /// <summary>Manages its organisation's keys, webhooks and servers as well; in the first organisation also policies and other organisations.</summary>
    Administrator,
}

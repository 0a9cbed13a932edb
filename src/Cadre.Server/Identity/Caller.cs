using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Who sent a request, proven by an API key. Everything a request reads or changes is scoped by it.</summary>
/// <param name="User">Owner of what the caller creates; the key's own name when the key stands for no person.</param>
/// <param name="Key">Id of the API key.</param>
/// <param name="IsAdministrator">May manage keys, organisations, policies and webhooks.</param>
/// <param name="RequestsPerMinute">Null: no limit.</param>
public sealed record Caller(string Organisation, string User, string Key, bool IsAdministrator = false, int? RequestsPerMinute = null)
{
    private static readonly object Item = new();

    public Owner Owner => new(Organisation, User);

    /// <summary>All of the organisation: what OpenAI's protocols share between the keys of a project.</summary>
    public Scope Scope => new(Organisation);

    /// <summary>The author of what this caller does, for journal and audit.</summary>
    public string Author => $"user:{User}";

    /// <summary>Null on the few routes that need no key.</summary>
    public static Caller? TryOf(HttpContext http) => http.Items[Item] as Caller;

    public static Caller Of(HttpContext http) =>
        TryOf(http) ?? throw new InvalidOperationException("The request was not authenticated: its route is outside the identity's reach.");

    /// <exception cref="ApiException">403: the key is not an administrator's.</exception>
    public static Caller Administrator(HttpContext http) => Of(http) is { IsAdministrator: true } caller
        ? caller
        : throw new ApiException(StatusCodes.Status403Forbidden, "Only an administrator's key may do this.") { Code = "not_an_administrator" };

    internal void Attach(HttpContext http) => http.Items[Item] = this;
}

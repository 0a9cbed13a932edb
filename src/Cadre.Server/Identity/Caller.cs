using Cadre.Engine.Tools;
using Cadre.Storage.Documents;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>Who sent a request, proven by an API key. Everything a request reads or changes is scoped by it.</summary>
/// <param name="User">Owner of what the caller creates; the key's own name when the key stands for no person.</param>
/// <param name="Key">Id of the API key.</param>
/// <param name="IsAdministrator">May manage keys, organisations, policies and webhooks.</param>
public sealed record Caller(string Organisation, string User, string Key, bool IsAdministrator = false)
{
    private static readonly object Item = new();

    public Owner Owner => new(Organisation, User);

    /// <summary>All of the organisation: what OpenAI's protocols share between the keys of a project.</summary>
    public Scope Scope => new(Organisation);

    /// <summary>The author of what this caller does, for journal and audit.</summary>
    public string Author => $"user:{User}";

    public static Caller Of(HttpContext http) =>
        http.Items[Item] as Caller ?? throw new InvalidOperationException("The request was not authenticated: its route is outside the identity's reach.");

    internal void Attach(HttpContext http) => http.Items[Item] = this;
}

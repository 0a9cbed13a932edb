using Cadre.Engine.Ports;

namespace Cadre.Server.McpEndpoints;

/// <summary>Names the organisation, and the user where there is one, in every entry.</summary>
internal sealed class OrganisationAudit(IAudit inner, string organisation, string? user) : IAudit
{
    public ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        var details = new Dictionary<string, string>(entry.Details);
        details.TryAdd("organisation", organisation);
        if (user is not null) details.TryAdd("user", user);
        return inner.WriteAsync(entry with { Details = details }, cancellationToken);
    }
}

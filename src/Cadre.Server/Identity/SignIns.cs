using Cadre.Engine.Ports;
using Cadre.Server.Hosting;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Identity;

/// <summary>What the audit has about who came in, and who did not. Never what they showed.</summary>
public sealed class SignIns
{
    /// <summary>Different failures a minute that are told apart; a flood from many addresses must not fill the audit.</summary>
    private const int MaxFailures = 200;

    private const int MaxKeys = 100_000;

    /// <summary>Failures of one address for one reason make one entry within this time.</summary>
    private static readonly TimeSpan FailurePeriod = TimeSpan.FromMinutes(1);

    /// <summary>Uses of one key make one entry within this time, after the first.</summary>
    private static readonly TimeSpan UsePeriod = TimeSpan.FromHours(1);

    public SignIns(IAudit audit, TimeProvider time, BackgroundWork work)
    {
        Failures = new(audit, time, AuditKinds.SignInFailed, FailurePeriod, MaxFailures);
        KeyUses = new(audit, time, AuditKinds.KeyUsed, UsePeriod, MaxKeys);
        work.Add("the audit of failed sign-ins", Failures.RunAsync);
        work.Add("the audit of key uses", KeyUses.RunAsync);
    }

    internal CountedEntries Failures { get; }

    internal CountedEntries KeyUses { get; }

    /// <param name="presented">api_key, token or nothing.</param>
    public ValueTask FailedAsync(HttpContext http, string presented, string reason)
    {
        var address = http.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        return Failures.NoteAsync($"{address}\n{presented}\n{reason}", "anonymous", new Dictionary<string, string>
        {
            [AuditDetails.Organisation] = ApiKeys.FirstOrganisation,
            ["presented"] = presented,
            ["reason"] = reason,
            ["address"] = address,
        });
    }

    public ValueTask KeyUsedAsync(HttpContext http, Caller caller) => KeyUses.NoteAsync(caller.Credential, caller.Author, new Dictionary<string, string>
    {
        [AuditDetails.Organisation] = caller.Organisation,
        [AuditDetails.User] = caller.User,
        ["key"] = caller.Credential,
        ["address"] = http.Connection.RemoteIpAddress?.ToString() ?? "unknown",
    });
}

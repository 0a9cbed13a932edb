using System.Globalization;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Audit;

/// <summary>Reads which entries a request asks for.</summary>
internal static class AuditRequest
{
    /// <summary>Asks for every organisation's entries.</summary>
    private const string AllOrganisations = "*";

    private const int MaxKinds = 32;
    private const int MaxText = 256;

    /// <summary>Bound to the caller's organisation, unless one of the first organisation asks for others.</summary>
    public static AuditQuery Read(HttpContext http, Caller caller)
    {
        var kinds = http.Request.Query["kind"].SelectMany(kind => (kind ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.Ordinal);
        if (kinds.Count > MaxKinds) throw ApiException.BadRequest($"Invalid 'kind': expected at most {MaxKinds}.", "kind", "array_above_max_length");
        return new()
        {
            Organisation = Organisation(Text(http, "organisation"), caller),
            Kinds = kinds,
            Actor = Text(http, "actor"),
            User = Text(http, "user"),
            Run = Run(Text(http, "run")),
            CallId = Text(http, "call_id"),
            Tool = Text(http, "tool"),
            Outcome = Text(http, "outcome"),
            Text = Text(http, "q"),
            From = Time(http, "from"),
            To = Time(http, "to"),
        };
    }

    public static AuditPlace? Cursor(HttpContext http) => Text(http, "cursor") is { } text
        ? AuditPlace.TryParse(text) ?? throw ApiException.BadRequest("The cursor names no place in the audit log.", "cursor", "invalid_value")
        : null;

    private static string? Organisation(string? asked, Caller caller)
    {
        if (asked is null || asked == caller.Organisation) return caller.Organisation;
        if (caller.Organisation != ApiKeys.FirstOrganisation)
            throw new ApiException(StatusCodes.Status403Forbidden, "Only an operator of the first organisation sees the audit of others.") { Code = "not_the_first_organisation", Parameter = "organisation" };
        return asked == AllOrganisations ? null : asked;
    }

    private static RunId? Run(string? text)
    {
        if (text is null) return null;
        return RunId.TryParse(text[(text.IndexOf('_', StringComparison.Ordinal) + 1)..], null, out var run) ? run : throw ApiException.BadRequest("Invalid 'run': it is no id of a run.", "run", "invalid_value");
    }

    private static DateTimeOffset? Time(HttpContext http, string name)
    {
        if (Text(http, name) is not { } text) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw ApiException.BadRequest($"Invalid '{name}': expected a time such as 2026-11-21T09:00:00Z.", name, "invalid_value");
    }

    private static string? Text(HttpContext http, string name)
    {
        var text = http.Request.Query[name].ToString();
        if (text.Length > MaxText) throw ApiException.BadRequest($"Invalid '{name}': string too long. Expected at most {MaxText} characters.", name, "string_above_max_length");
        return text.Length == 0 ? null : text;
    }
}

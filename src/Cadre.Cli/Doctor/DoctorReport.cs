using System.Text.Json;
using Cadre.Cli.Settings;

namespace Cadre.Cli.Doctor;

/// <summary>What <c>cadre doctor</c> found.</summary>
internal sealed record DoctorReport(IReadOnlyList<Finding> Findings, IReadOnlyList<Setting> Settings)
{
    /// <summary>Nothing stands in the way of a run.</summary>
    public bool IsHealthy => Findings.All(finding => finding.Severity != Severity.Problem);

    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteBoolean("healthy", IsHealthy);
        foreach (var group in Findings.GroupBy(finding => finding.Section))
        {
            json.WriteStartObject(group.Key);
            foreach (var finding in group)
            {
                json.WriteStartObject(finding.Name);
                json.WriteString("value", finding.Value);
                json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
                if (finding.Advice is not null) json.WriteString("advice", finding.Advice);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteStartArray("settings");
        foreach (var setting in Settings)
        {
            json.WriteStartObject();
            json.WriteString("name", setting.Name);
            json.WriteString("value", setting.Value);
            json.WriteString("origin", setting.Origin);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}

/// <param name="Section">"cadre", "sandbox", "policy", "state", "tools".</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record Finding(string Section, string Name, string Value, Severity Severity = Severity.Fine, string? Advice = null);

internal enum Severity
{
    Fine,

    /// <summary>Runs work; somebody should know.</summary>
    Warning,

    /// <summary>Runs do not work, or not all of them.</summary>
    Problem,
}

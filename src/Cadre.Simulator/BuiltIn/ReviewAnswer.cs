using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cadre.Simulator.BuiltIn;

/// <summary>A review by the one thing that can be seen without understanding: whether there is an outcome, and whether it says that it failed.</summary>
internal static partial class ReviewAnswer
{
    private const int MaxEvidence = 200;

    public static string Make(MessageBlocks message)
    {
        var outcome = message["Outcome"] ?? "";
        var isMissing = outcome.Length == 0;
        var accepted = !isMissing && !Failed().IsMatch(outcome);
        var reason = accepted ? "The outcome reports what was done."
            : isMissing ? "The outcome is empty: say what was done and found."
            : $"The outcome says that the step failed: {Quote.Line(outcome, MaxEvidence)}";
        return JsonText.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("verdict", accepted ? "accept" : "retry");
            json.WriteString("reason", reason);
            json.WriteStartArray("checks");
            foreach (var criterion in Criteria(message["Acceptance"]))
            {
                WriteCheck(json, criterion, accepted, outcome);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static void WriteCheck(Utf8JsonWriter json, string criterion, bool met, string outcome)
    {
        json.WriteStartObject();
        json.WriteString("criterion", criterion);
        json.WriteBoolean("met", met);
        json.WriteString("evidence", Quote.Line(Nearest(criterion, outcome), MaxEvidence));
        json.WriteEndObject();
    }

    private static IEnumerable<string> Criteria(string? acceptance) => (acceptance ?? "")
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(static line => line.TrimStart('-', '*', ' '));

    /// <summary>The line of the outcome that shares most words with the criterion; the first when none does.</summary>
    private static string Nearest(string criterion, string outcome)
    {
        var words = Quote.Words(criterion);
        return outcome.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .MaxBy(line => Quote.Words(line).Count(words.Contains)) ?? "";
    }

    /// <summary>At the head of the outcome or of a line. A file that is quoted further on may well speak of failure.</summary>
    [GeneratedRegex(@"^\W{0,4}(?:status:\s*|the step\s+)?failed\b", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Failed();
}

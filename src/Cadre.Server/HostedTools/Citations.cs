using System.Collections.Immutable;
using System.Text.Json;
using Cadre.Server.Files;
using Cadre.Server.Runs;
using Cadre.Server.Threads;

namespace Cadre.Server.HostedTools;

/// <summary>
/// Finds in what a model says the markers that file searches of this run gave it (【1234:0†source】), and the paths of files that its code made
/// (sandbox:/mnt/data/x.csv). Whatever else looks like one is mere text.
/// </summary>
public static class Citations
{
    private const char Open = '【';
    private const char Close = '】';
    private const string PathScheme = "sandbox:";

    /// <summary>Longer ones are none of ours.</summary>
    private const int MaxMarkerLength = 32;

    public static ImmutableArray<Annotation> Find(string text, RunTimeline timeline)
    {
        var hasMarkers = text.Contains(Open);
        var hasPaths = text.Contains(PathScheme, StringComparison.Ordinal);
        if (!hasMarkers && !hasPaths) return [];
        var (sources, made) = Known(timeline);
        var found = new List<Annotation>();
        if (hasMarkers && sources.Count > 0) AddMarkers(text, sources, found);
        if (hasPaths && made.Count > 0) AddPaths(text, made, found);
        return [.. found.OrderBy(annotation => annotation.Start)];
    }

    private static void AddMarkers(string text, Dictionary<string, Target> sources, List<Annotation> found)
    {
        var lookup = sources.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var at = text.IndexOf(Open); at >= 0; at = text.IndexOf(Open, at + 1))
        {
            var length = text.AsSpan(at, Math.Min(MaxMarkerLength, text.Length - at)).IndexOf(Close) + 1;
            if (length > 0 && lookup.TryGetValue(text.AsSpan(at, length), out var target))
                found.Add(new("citation", target.FileId, target.FileName, text.Substring(at, length), at, at + length));
        }
    }

    private static void AddPaths(string text, Dictionary<string, Target> made, List<Annotation> found)
    {
        for (var at = text.IndexOf(PathScheme, StringComparison.Ordinal); at >= 0; at = text.IndexOf(PathScheme, at + 1, StringComparison.Ordinal))
        {
            var rest = text.AsSpan(at + PathScheme.Length);
            string? longest = null;
            foreach (var path in made.Keys)
            {
                if (path.Length > (longest?.Length ?? 0) && rest.StartsWith(path, StringComparison.Ordinal)) longest = path;
            }

            if (longest is null) continue;
            var (target, end) = (made[longest], at + PathScheme.Length + longest.Length);
            found.Add(new("path", target.FileId, target.FileName, text[at..end], at, end, target.Container));
        }
    }

    /// <summary>What the finished calls of the run gave: markers, and paths of made files, the newest of a path.</summary>
    private static (Dictionary<string, Target> Sources, Dictionary<string, Target> Made) Known(RunTimeline timeline)
    {
        var sources = new Dictionary<string, Target>(StringComparer.Ordinal);
        var made = new Dictionary<string, Target>(StringComparer.Ordinal);
        foreach (var call in timeline.Turns.SelectMany(turn => turn.Calls))
        {
            if (call.Finished?.Result.Structured is not { ValueKind: JsonValueKind.Object } result) continue;
            var (list, key, known) = HostedToolSettings.KindOf(timeline.Definition, call.Request.Tool) switch
            {
                HostedToolSettings.FileSearch => ("results", "marker", sources),
                HostedToolSettings.CodeInterpreter => ("files", "path", made),
                _ => ("", "", sources),
            };
            if (list.Length == 0 || !result.TryGetProperty(list, out var items) || items.ValueKind != JsonValueKind.Array) continue;
            var container = result.TryGetProperty("container_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
            foreach (var item in items.EnumerateArray())
            {
                if (Text(item, key) is { } name && StoredFile.IdOf(Text(item, "file_id")) is { } fileId) known[name] = new(fileId, Text(item, "filename") ?? "", container);
            }
        }

        return (sources, made);
    }

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed record Target(string FileId, string FileName, string? Container);
}

using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Guard.Policies;

/// <summary>
/// Answers "what would happen to this call?" for <c>cadre policies explain</c>. A text whose first word is a known tool is that call
/// (<c>write_file path=src/a.cs</c>), a URL is a network target, anything else is a command (<c>git push origin main</c>). A tool that is not
/// among the known ones can be named as SOURCE/TOOL or by arguments that are all key=text; what it would touch is then guessed.
/// </summary>
public static class PolicyExplainer
{
    /// <summary>The tool that runs commands.</summary>
    public const string CommandTool = "run_command";

    private static readonly ImmutableArray<string> Reading = ["read", "list", "get", "search", "glob", "grep", "find", "fetch", "stat", "show"];

    public static bool TryExplain(
        Policy policy, string text, IReadOnlyList<ITool> tools, [NotNullWhen(true)] out PolicyExplanation? explanation, [NotNullWhen(false)] out string? error)
    {
        explanation = null;
        var facts = TryFacts(text.Trim(), tools, out var guessed, out error);
        if (facts is null)
        {
            error ??= "it cannot be read";
            return false;
        }

        var judged = policy.Explain(facts);
        explanation = new(text, judged.Verdict.Kind, judged.Verdict.Rule, judged.Verdict.Because, judged.Findings, guessed, policy.Hash);
        return true;
    }

    private static CallFacts? TryFacts(string text, IReadOnlyList<ITool> tools, out bool guessed, out string? error)
    {
        guessed = false;
        var head = text.Split(' ', 2)[0];
        if (tools.FirstOrDefault(tool => tool.Descriptor.Name == head) is { } known)
            return CallText.TryParse(text, out var call, out error) ? known.Facts(call.Arguments) : null;

        if (head.Contains("://", StringComparison.Ordinal) && head == text)
            return HostText.TryParse(text, out var host, out error) ? Fetch(text, host) : null;

        if (LooksLikeTool(text, head) && CallText.TryParse(text, out var unknown, out _))
        {
            guessed = true;
            error = null;
            return Guess(unknown);
        }

        return CommandWords.TrySplit(text, out var words, out error)
            ? new(CommandTool, CallText.DefaultSource, Effect.Unsafe, CommandArguments(words)) { Argv = words }
            : null;
    }

    private static CallFacts Fetch(string url, HostUse host) =>
        CallText.TryParse($"fetch_url url='{url.Replace("'", "%27", StringComparison.Ordinal)}'", out var call, out _)
            ? new(call.Tool, call.Source, Effect.Read, call.Arguments) { Hosts = [host] }
            : new("fetch_url", CallText.DefaultSource, Effect.Read, default) { Hosts = [host] };

    private static bool LooksLikeTool(string text, string head) =>
        (head.IndexOf('/') is var slash and > 0 && head.AsSpan(0, slash).Contains(':'))
        || (head.Contains('_') && !head.Contains('=') && text.Length > head.Length
            && CommandWords.TrySplit(text[head.Length..], out var rest, out _) && rest.All(word => word.IndexOf('=') > 0 || word.StartsWith('@')));

    /// <summary>By the tool's name and the usual names of arguments, on the strict side.</summary>
    private static CallFacts Guess(CallText call)
    {
        var reads = Reading.Any(verb => call.Tool.StartsWith(verb + "_", StringComparison.Ordinal)) && call.Source == CallText.DefaultSource;
        var access = reads ? PathAccess.Read : call.Tool.StartsWith("delete", StringComparison.Ordinal) ? PathAccess.Delete : PathAccess.Write;
        var paths = ImmutableArray.CreateBuilder<PathUse>();
        var hosts = ImmutableArray.CreateBuilder<HostUse>();
        foreach (var argument in call.Arguments.EnumerateObject().Where(argument => argument.Value.ValueKind == JsonValueKind.String))
        {
            var value = argument.Value.GetString()!;
            if (argument.Name is "path" or "file" or "directory" or "folder") paths.Add(new(value, access));
            if (argument.Name is "url" or "host" && HostText.TryParse(value, out var host, out _)) hosts.Add(host);
        }

        return new(call.Tool, call.Source, reads ? Effect.Read : call.Effect, call.Arguments) { Paths = paths.ToImmutable(), Hosts = hosts.ToImmutable() };
    }

    private static JsonElement CommandArguments(ImmutableArray<string> words)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("argv");
            foreach (var word in words) writer.WriteStringValue(word);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }
}

/// <param name="Rule">That decided, with its reason.</param>
/// <param name="Findings">Every rule that matched, and the defaults where none did, in the order of judging.</param>
/// <param name="Guessed">The tool is not known here: what it would touch was guessed from its name and arguments.</param>
public sealed record PolicyExplanation(
    string Call, VerdictKind Verdict, string Rule, string Because, ImmutableArray<Finding> Findings, bool Guessed, string PolicyHash)
{
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("call", Call);
        writer.WriteString("verdict", Word(Verdict));
        writer.WriteString("rule", Rule);
        writer.WriteString("because", Because);
        writer.WriteBoolean("guessed", Guessed);
        writer.WriteStartArray("findings");
        foreach (var finding in Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("subject", finding.Subject);
            writer.WriteString("verdict", Word(finding.Verdict.Kind));
            writer.WriteString("rule", finding.Verdict.Rule);
            writer.WriteString("because", finding.Verdict.Because);
            writer.WriteBoolean("default", finding.IsDefault);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("policy", PolicyHash);
        writer.WriteEndObject();
    }

    private static string Word(VerdictKind kind) => kind.ToString().ToLowerInvariant();
}

using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tests.Mcp;

/// <summary>Platform tools over a table of their own: what offers such tools is tested with these, whatever the platform has.</summary>
internal sealed class NotesTool(string name, Effect effect, string parameters, Func<ToolCall, CancellationToken, ValueTask<ToolResult>> call) : IPlatformTool
{
    private const string Kind = "test_note";

    public string Title => name.Replace('_', ' ');
    public string Grant => effect == Effect.Read ? Grants.TasksRead : Grants.TasksWrite;
    public bool IsDestructive => name == "notes_clear";

    public JsonElement OutputSchema { get; } = JsonElement.Parse("""{"type":"object","properties":{"notes":{"type":"array","items":{"type":"string"}}},"required":["notes"]}""");

    public ToolDescriptor Descriptor { get; } = new(new(name, $"The tool {name} of the tests.", JsonElement.Parse(parameters)), effect, new("builtin:notes", "1", name));

    public static IEnumerable<NotesTool> Over(IStore store, Waiting waiting)
    {
        const string none = """{"type":"object","properties":{},"additionalProperties":false}""";
        const string text = """{"type":"object","properties":{"text":{"type":"string","maxLength":100}},"required":["text"],"additionalProperties":false}""";
        yield return new("notes_list", Effect.Read, none, async (call, cancellationToken) => Notes(await ReadAsync(store, call.Owner, cancellationToken)));
        yield return new("notes_add", Effect.Transactional, text, (call, _) =>
        {
            var note = call.Arguments.GetProperty("text").GetString()!;
            var document = new Document(Kind, call.CallId, call.Owner, JsonSerializer.SerializeToUtf8Bytes(note, NotesJson.Default.String));
            return ValueTask.FromResult(Notes([note]) with { Pending = new JointChanges([new Change.Create(document)]) });
        });
        yield return new("notes_wait", Effect.Read, none, async (call, cancellationToken) =>
        {
            waiting.Began.TrySetResult();
            await using var told = cancellationToken.Register(() => waiting.Ended.TrySetResult());
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return Notes([]);
        });
        yield return new("notes_clear", Effect.Transactional, none, async (call, cancellationToken) =>
        {
            var page = await store.ListAsync(Scope.Of(call.Owner), new(Kind), cancellationToken);
            return Notes([]) with { Pending = new JointChanges([.. page!.Items.Select(note => new Change.Delete(Scope.Of(call.Owner), Kind, note.Id))]) };
        });
    }

    public ValueTask<ToolResult> CallAsync(ToolCall made, CancellationToken cancellationToken) => call(made, cancellationToken);

    private static async Task<string[]> ReadAsync(IStore store, Owner owner, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(Scope.Of(owner), new(Kind), cancellationToken);
        return [.. page!.Items.Select(note => JsonSerializer.Deserialize(note.Body.Span, NotesJson.Default.String)!)];
    }

    private static ToolResult Notes(string[] notes)
    {
        var structured = JsonSerializer.SerializeToElement(new() { ["notes"] = notes }, NotesJson.Default.DictionaryStringStringArray);
        return ToolResult.Ok($"{notes.Length} notes", structured);
    }
}

/// <summary>What became of a call of notes_wait, which never ends by itself.</summary>
internal sealed class Waiting
{
    public TaskCompletionSource Began { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>It was cancelled.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}

using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Tasks.Tools;

/// <summary>Lists tasks. A page ends early where it would not fit into what a model is shown of a result: cut in the middle it would be no JSON.</summary>
internal sealed class TodoList : TaskTool
{
    private const int MaxLimit = 50;
    private const int DescriptionShown = 200;

    /// <summary>After so many bytes of tasks no further one is begun.</summary>
    private const int EnoughBytes = 48_000;

    /// <summary>Characters: one task of the longest title and tags, each character of them escaped, goes into it beyond <see cref="EnoughBytes"/>.</summary>
    private const int OutputLimit = 64_000;

    private readonly TaskBook _book;

    public TodoList(TaskBook book)
        : base("todo_list", "Lists the user's tasks, the newest first unless asked otherwise. With no arguments it lists all of them, page by page.", Parameters, Effect.Read)
    {
        _book = book;
        Descriptor = Descriptor with { OutputLimit = OutputLimit };
    }

    public override string Title => "List tasks";
    public override string Grant => Grants.TasksRead;

    public override JsonElement OutputSchema { get; } = JsonElement.Parse("""
        {"type":"object","properties":{
          "success":{"const":true},
          "tasks":{"type":"array","items":{"type":"object","properties":{
            "task_id":{"type":"string"},
            "title":{"type":"string"},
            "status":{"enum":["pending","in_progress","completed","cancelled"]},
            "priority":{"enum":["low","medium","high","urgent"]},
            "description":{"type":"string","description":"Its beginning."},
            "due_at":{"type":"string"},
            "tags":{"type":"array","items":{"type":"string"}},
            "completed_at":{"type":"string"}},
          "required":["task_id","title","status","priority"],"additionalProperties":false}},
          "count":{"type":"integer","description":"How many tasks are in this page."},
          "has_more":{"type":"boolean"},
          "next_cursor":{"type":"string","description":"For 'after', to get the next page; only where there is one."}},
        "required":["success","tasks","count","has_more"],"additionalProperties":false}
        """);

    private static string Parameters => $$"""
        {"type":"object","properties":{
          "status":{"type":"array","maxItems":4,"items":{"enum":["pending","in_progress","completed","cancelled"]},"description":"Only tasks in one of these."},
          "priority":{"type":"array","maxItems":4,"items":{"enum":["low","medium","high","urgent"]},"description":"Only tasks of one of these."},
          "tag":{"type":"array","maxItems":{{TaskQueryForm.MaxTags}},"items":{"type":"string","maxLength":{{TaskForm.MaxTag}}},"description":"Only tasks that have all of these tags."},
          "q":{"type":"string","maxLength":{{TaskQueryForm.MaxSearch}},"description":"Only tasks in whose title, description or tags all of these words are found."},
          "due_before":{"type":"string","maxLength":40,"description":"Only tasks that are due before this date (2026-12-24) or time (RFC 3339)."},
          "due_after":{"type":"string","maxLength":40,"description":"Only tasks that are due then or later."},
          "overdue":{"type":"boolean","description":"true: only open tasks whose time is over."},
          "sort":{"enum":["created_at","updated_at","due_at","priority","title","status"]},
          "order":{"enum":["asc","desc"]},
          "limit":{"type":"integer","minimum":1,"maximum":{{MaxLimit}},"description":"Tasks in one page; 20 unless given."},
          "after":{"type":"string","maxLength":4000,"description":"The next_cursor of the page before; all else as it was then."} },
        "additionalProperties":false}
        """;

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var query = TaskQueryForm.Read(name => Values(arguments, name));
        var page = await _book.ListAsync(call.Owner, query, cancellationToken);
        return TaskAnswer.Ok(json =>
        {
            json.WriteStartArray("tasks");
            var count = 0;
            for (; count < page.Tasks.Count && json.BytesCommitted + json.BytesPending < EnoughBytes; count++) Write(json, page.Tasks[count]);
            json.WriteEndArray();
            json.WriteNumber("count", count);
            json.WriteBoolean("has_more", page.HasMore || count < page.Tasks.Count);
            if (count < page.Tasks.Count) json.WriteString("next_cursor", TaskCursor.Write(call.Owner, query, page.Tasks[count - 1]));
            else if (page.Next is not null) json.WriteString("next_cursor", page.Next);
        });
    }

    private static IReadOnlyList<string> Values(Fields arguments, string name) => arguments.Any(name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } given ? [given] : [],
        { ValueKind: JsonValueKind.Array } => arguments.Texts(name)!,
        { } other => [other.GetRawText()],
    };

    private static void Write(Utf8JsonWriter json, UserTask task)
    {
        json.WriteStartObject();
        json.WriteString("task_id", task.PublicId);
        json.WriteString("title", task.Title);
        json.WriteString("status", task.Status);
        json.WriteString("priority", task.Priority);
        if (task.Description is { } text) json.WriteString("description", text.Length <= DescriptionShown ? text : Beginning(text));
        if (task.Due is { } due) json.WriteString("due_at", due.Shown);
        if (task.Tags.Count > 0)
        {
            json.WriteStartArray("tags");
            foreach (var tag in task.Tags) json.WriteStringValue(tag);
            json.WriteEndArray();
        }

        if (task.CompletedAt is { } at) json.WriteString("completed_at", TaskDue.Show(at));
        json.WriteEndObject();
    }

    private static string Beginning(string text) => text[..(char.IsHighSurrogate(text[DescriptionShown - 1]) ? DescriptionShown - 1 : DescriptionShown)] + "…";
}

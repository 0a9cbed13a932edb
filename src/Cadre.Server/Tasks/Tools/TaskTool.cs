using System.Text.Json;
using Cadre.Engine.Tools;
using Cadre.Server.Registry;

namespace Cadre.Server.Tasks.Tools;

/// <summary>A tool over the tasks of whoever the call is made for. No argument can name another user.</summary>
internal abstract class TaskTool(string name, string description, string parameters, Effect effect) : PlatformTool("builtin:tasks", name, description, parameters, effect)
{
    protected const string TaskIdSchema = """{"type":"string","minLength":1,"maxLength":100,"description":"The task's id, as todo_create or todo_list gave it."}""";

    public override JsonElement OutputSchema => TaskAnswer.ChangedSchema;
    public override string Grant => Grants.TasksWrite;

    protected override ToolResult Refused(string message) => TaskAnswer.Failed(message);

    /// <summary>The properties of what can be set, for a schema.</summary>
    /// <param name="clears">Whether null clears.</param>
    protected static string SettableSchema(bool clears)
    {
        var text = clears ? """["string","null"]""" : "\"string\"";
        var array = clears ? """["array","null"]""" : "\"array\"";
        var cleared = clears ? " null removes it." : "";
        return $$"""
            "title":{"type":"string","minLength":1,"maxLength":{{TaskForm.MaxTitle}},"description":"What is to be done, in a few words."},
            "description":{"type":{{text}},"maxLength":{{TaskForm.MaxDescription}},"description":"Details, where there are any.{{cleared}}"},
            "status":{"enum":["pending","in_progress","completed","cancelled"],"description":"Where the task stands. A new one is pending."},
            "priority":{"enum":["low","medium","high","urgent"],"description":"How urgent it is; medium unless the user says otherwise."},
            "due_at":{"type":{{text}},"maxLength":40,"description":"When it is due: a date (2026-12-24) or a time with its offset from UTC (2026-12-24T18:00:00Z).{{cleared}}"},
            "tags":{"type":{{array}},"maxItems":{{TaskForm.MaxTags}},"items":{"type":"string","minLength":1,"maxLength":{{TaskForm.MaxTag}}},"description":"Words that group tasks.{{(clears ? " They replace all there are; null removes them." : "")}}"}
            """;
    }
}

using System.Text.Json;
using Cadre.Engine.Models;
using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Server.Registry;

namespace Cadre.Server.Tasks.Tools;

/// <summary>A tool over the tasks of whoever the call is made for. No argument can name another user.</summary>
internal abstract class TaskTool : IPlatformTool
{
    private const string Source = "builtin:tasks";
    private const string Version = "1";

    protected const string TaskIdSchema = """{"type":"string","minLength":1,"maxLength":100,"description":"The task's id, as todo_create or todo_list gave it."}""";

    protected TaskTool(string name, string description, string parameters, Effect effect)
    {
        var schema = JsonElement.Parse(parameters);
        Descriptor = new(new ToolDefinition(name, description, schema), effect, new(Source, Version, CallHash.OfText($"{name}\0{description}\0{schema.GetRawText()}")));
    }

    public ToolDescriptor Descriptor { get; protected init; }
    public abstract string Title { get; }
    public virtual JsonElement OutputSchema => TaskAnswer.ChangedSchema;
    public virtual string Grant => Grants.TasksWrite;
    public virtual bool IsDestructive => false;

    public async ValueTask<ToolResult> CallAsync(ToolCall call, CancellationToken cancellationToken)
    {
        try
        {
            return await ActAsync(call, new(call.Arguments), cancellationToken);
        }
        catch (ApiException refusal)
        {
            return TaskAnswer.Failed(refusal.Message);
        }
    }

    /// <exception cref="ApiException">What the model is told.</exception>
    protected abstract ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken);

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

using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Tasks.Tools;

internal sealed class TodoUpdate(TaskBook book) : TaskTool(
    "todo_update",
    "Changes a task of the user: only what is given, the rest stays as it is.",
    $$"""{"type":"object","properties":{"task_id":{{TaskIdSchema}},{{SettableSchema(clears: true)}}},"required":["task_id"],"additionalProperties":false}""",
    Effect.Transactional)
{
    public override string Title => "Change a task";

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var change = await book.ChangeAsync(call.Owner, arguments.RequiredText("task_id"), (task, now) => TaskForm.Apply(task, arguments, now), cancellationToken);
        return TaskAnswer.Changed(change, change.Changes.Count > 0 ? $"Changed the task “{change.Task.Title}”." : $"The task “{change.Task.Title}” was like this already.");
    }
}

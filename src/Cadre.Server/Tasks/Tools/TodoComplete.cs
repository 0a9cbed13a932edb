using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Tasks.Tools;

internal sealed class TodoComplete(TaskBook book) : TaskTool(
    "todo_complete",
    "Marks a task of the user as completed.",
    $$"""{"type":"object","properties":{"task_id":{{TaskIdSchema}}},"required":["task_id"],"additionalProperties":false}""",
    Effect.Transactional)
{
    public override string Title => "Complete a task";

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var change = await book.ChangeAsync(call.Owner, arguments.RequiredText("task_id"), static (task, now) => TaskForm.InStatus(task, UserTask.Completed, now), cancellationToken);
        return TaskAnswer.Changed(change, change.Changes.Count > 0 ? $"Completed the task “{change.Task.Title}”." : $"The task “{change.Task.Title}” was completed already.");
    }
}

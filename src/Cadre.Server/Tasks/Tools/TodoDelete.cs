using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Tasks.Tools;

internal sealed class TodoDelete(TaskBook book) : TaskTool(
    "todo_delete",
    "Deletes a task of the user for good. To keep it on record as done, complete it instead.",
    $$"""{"type":"object","properties":{"task_id":{{TaskIdSchema}}},"required":["task_id"],"additionalProperties":false}""",
    Effect.Transactional)
{
    public override string Title => "Delete a task";
    public override bool IsDestructive => true;

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var change = await book.DeleteAsync(call.Owner, arguments.RequiredText("task_id"), null, cancellationToken);
        return TaskAnswer.Changed(change, $"Deleted the task “{change.Task.Title}”.");
    }
}

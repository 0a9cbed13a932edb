using System.Security.Cryptography;
using System.Text;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Server.Http;

namespace Cadre.Server.Tasks.Tools;

/// <summary>Creates a task. Its id follows from the call: the same call can never make a second one.</summary>
internal sealed class TodoCreate(TaskBook book) : TaskTool(
    "todo_create",
    "Creates a task for the user. Call it once for each task.",
    $$"""{"type":"object","properties":{{{SettableSchema(clears: false)}}},"required":["title"],"additionalProperties":false}""",
    Effect.Transactional)
{
    public override string Title => "Create a task";

    protected override async ValueTask<ToolResult> ActAsync(ToolCall call, Fields arguments, CancellationToken cancellationToken)
    {
        var id = IdOf(call);
        var change = await book.FindAsync(call.Owner, id, cancellationToken) is { } made
            ? new TaskChange(made, [])
            : await book.CreateAsync(call.Owner, id, arguments, cancellationToken);
        return TaskAnswer.Changed(change, $"Created the task “{change.Task.Title}”.");
    }

    /// <summary>Begins with the time in the run's id, as the ids of everything else begin with a time: what is made together lies together in the indexes.</summary>
    private static string IdOf(ToolCall call)
    {
        const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        var run = call.Run.ToString();
        return string.Create(Ids.Length, (run, call.Key), static (id, call) =>
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{UserTask.Kind}\0{call.run}\0{call.Key}"));
            for (var i = 0; i < id.Length; i++) id[i] = Alphabet[hash[i] % Alphabet.Length];
            call.run.AsSpan(0, Math.Min(RunId.TimeLength, call.run.Length)).CopyTo(id);
        });
    }
}

using Cadre.Engine.Tools;
using Cadre.Server.Http;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tasks;

/// <summary>
/// The rules of tasks, for requests and tools alike. It reads and decides, and says what is to be committed; who asked commits it. Every task belongs to one user, and
/// everything here reaches that user's tasks only: another's is not there.
/// </summary>
internal sealed class TaskBook(IStore store, TimeProvider time)
{
    /// <summary>Tasks of one user, in every status. Creations at the same moment may pass it by their number.</summary>
    public const int MaxPerUser = 10_000;

    private const int IdShown = 100;

    /// <param name="id">Without prefix.</param>
    public async ValueTask<TaskChange> CreateAsync(Owner owner, string id, Fields body, CancellationToken cancellationToken)
    {
        var task = TaskForm.Create(body, time.GetUtcNow()) with { Id = id };
        var counts = await store.CountAsync(Own(owner), new(UserTask.Kind) { TopLevel = true }, null, cancellationToken);
        if (counts[""] >= MaxPerUser) throw ApiException.Conflict($"There are {MaxPerUser} tasks already, which is as many as a user can have. Delete some first.", "too_many_tasks");
        return new(task with { Version = 1 }, [new Change.Create(task.Document(owner))]);
    }

    /// <param name="taskId">As it was given, prefix included.</param>
    /// <param name="change">Gives the same task back where nothing is to be changed.</param>
    public async ValueTask<TaskChange> ChangeAsync(Owner owner, string taskId, Func<UserTask, DateTimeOffset, UserTask> change, CancellationToken cancellationToken)
    {
        var task = await GetAsync(owner, taskId, cancellationToken);
        var changed = change(task, time.GetUtcNow());
        return ReferenceEquals(changed, task) ? new(task, []) : new(changed with { Version = task.Version + 1 }, [new Change.Replace(changed.Document(owner), task.Version)]);
    }

    /// <param name="check">Throws where the task as it is must not be deleted.</param>
    public async ValueTask<TaskChange> DeleteAsync(Owner owner, string taskId, Action<UserTask>? check, CancellationToken cancellationToken)
    {
        var task = await GetAsync(owner, taskId, cancellationToken);
        check?.Invoke(task);
        return new(task, [new Change.Delete(Own(owner), UserTask.Kind, task.Id, task.Version)]);
    }

    /// <exception cref="ApiException">404, worded alike for what does not exist and what is another's.</exception>
    public async ValueTask<UserTask> GetAsync(Owner owner, string taskId, CancellationToken cancellationToken) =>
        Ids.After(UserTask.Prefix, taskId) is { } id && await FindAsync(owner, id, cancellationToken) is { } task
            ? task
            : throw ApiException.NotFound($"There is no task '{(taskId.Length > IdShown ? taskId[..IdShown] + "…" : taskId)}'.", code: "task_not_found");

    /// <param name="id">Without prefix.</param>
    public async ValueTask<UserTask?> FindAsync(Owner owner, string id, CancellationToken cancellationToken) =>
        await store.GetAsync(Own(owner), UserTask.Kind, id, cancellationToken) is { } document ? UserTask.Read(document) : null;

    public async ValueTask<TaskPage> ListAsync(Owner owner, TaskQuery query, CancellationToken cancellationToken)
    {
        var beyond = query.After is { } after ? TaskCursor.Read(owner, query, after) : null;
        var page = await store.ListAsync(Own(owner), query.Over(time.GetUtcNow(), beyond), cancellationToken) ?? throw new InvalidOperationException("A sorted listing has no cursor that can be missing.");
        var tasks = page.Items.Select(UserTask.Read).ToArray();
        return new(tasks, page.HasMore, page.HasMore ? TaskCursor.Write(owner, query, tasks[^1]) : null);
    }

    public async ValueTask<TaskSummary> SummaryAsync(Owner owner, CancellationToken cancellationToken)
    {
        var all = new TaskQuery();
        var counts = await store.CountAsync(Own(owner), all.Over(time.GetUtcNow(), null), "status", cancellationToken);
        var overdue = await store.CountAsync(Own(owner), (all with { Overdue = true }).Over(time.GetUtcNow(), null), null, cancellationToken);
        return new(counts, overdue[""]);
    }

    /// <summary>What an owner has: always a user's own, also where the caller is a program or an administrator.</summary>
    private static Scope Own(Owner owner) => new(owner.Organisation, owner.User);
}

/// <param name="Task">As it is once the changes are committed; of a deletion, as it was.</param>
/// <param name="Changes">Empty where there is nothing to do. Refused together when somebody else was faster: then ask anew.</param>
internal sealed record TaskChange(UserTask Task, IReadOnlyList<Change> Changes);

internal sealed record TaskSummary(IReadOnlyDictionary<string, long> Counts, long Overdue);

/// <param name="Next">For the next page; null on the last one.</param>
internal sealed record TaskPage(IReadOnlyList<UserTask> Tasks, bool HasMore, string? Next);

using Cadre.Server.Http;

namespace Cadre.Server.Tasks;

/// <summary>Reads what a request or a model says of a task. What does not fit is refused by the member's name.</summary>
internal static class TaskForm
{
    public const int MaxTitle = 500;
    public const int MaxDescription = 10_000;
    public const int MaxTags = 20;
    public const int MaxTag = 50;

    private static readonly string[] Members = ["title", "description", "status", "priority", "due_at", "tags"];

    /// <exception cref="ApiException">There is a member that a task has not, or that nobody can set.</exception>
    public static void RefuseUnknown(Fields body) => body.RefuseOthers(Members);

    public static UserTask Create(Fields body, DateTimeOffset now)
    {
        if (body.Any("title") is null) throw ApiException.Missing("title");
        return Apply(new UserTask("") { CreatedAt = now }, body, now);
    }

    /// <summary>What the body leaves out stays as it is; null clears what can be empty, and sets the priority back.</summary>
    public static UserTask Apply(UserTask task, Fields body, DateTimeOffset now)
    {
        var changed = task with
        {
            Title = body.Has("title") ? Title(body) : task.Title,
            Description = body.Has("description") ? Description(body) : task.Description,
            Priority = body.Has("priority") ? body.Word("priority", [.. UserTask.Priorities]) ?? UserTask.UsualPriority : task.Priority,
            Due = body.Has("due_at") ? Due(body) : task.Due,
            Tags = body.Has("tags") ? Tags(body) : task.Tags,
        };
        if (body.Has("status")) changed = InStatus(changed, body.Word("status", [.. UserTask.Statuses]) ?? throw Null("status"), now);
        return changed.Differs(task) ? changed with { UpdatedAt = now } : task;
    }

    /// <summary>All that can be set is as the body says; what it leaves out is as in a new task.</summary>
    public static UserTask Replace(UserTask task, Fields body, DateTimeOffset now)
    {
        if (body.Any("title") is null) throw ApiException.Missing("title");
        var changed = Apply(task with { Description = null, Priority = UserTask.UsualPriority, Due = null, Tags = [] }, body, now);
        if (!body.Has("status")) changed = InStatus(changed, UserTask.Pending, now);
        changed = changed with { UpdatedAt = task.UpdatedAt };
        return changed.Differs(task) ? changed with { UpdatedAt = now } : task;
    }

    public static UserTask InStatus(UserTask task, string status, DateTimeOffset now) => status == task.Status ? task : task with
    {
        Status = status,
        CompletedAt = status == UserTask.Completed ? now : null,
        UpdatedAt = now,
    };

    private static string Title(Fields body)
    {
        var title = (body.Text("title", MaxTitle) ?? throw Null("title")).Trim();
        if (title.Length == 0) throw ApiException.BadRequest("Invalid 'title': empty string. Expected a string with minimum length 1, but got an empty string instead.", "title", "empty_string");
        return title.Any(char.IsControl) ? throw Controls("title") : title;
    }

    private static string? Description(Fields body)
    {
        if (body.Text("description", MaxDescription) is not { Length: > 0 } text) return null;
        return text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) ? throw Controls("description") : text;
    }

    private static TaskDue? Due(Fields body) => body.Text("due_at") is not { } text ? null
        : TaskDue.Parse(text) ?? throw ApiException.BadRequest($"Invalid 'due_at': expected {TaskDue.Expected}.", "due_at", "invalid_value");

    private static IReadOnlyList<string> Tags(Fields body)
    {
        var tags = new List<string>();
        foreach (var (index, text) in (body.Texts("tags", MaxTags) ?? []).Index())
        {
            var (at, tag) = ($"tags[{index}]", text.Trim());
            if (tag.Length == 0) throw ApiException.BadRequest($"Invalid '{at}': empty string. Expected a string with minimum length 1, but got an empty string instead.", at, "empty_string");
            if (tag.Length > MaxTag) throw ApiException.BadRequest($"Invalid '{at}': string too long. Expected a string with maximum length {MaxTag}, but got a string with length {tag.Length} instead.", at, "string_above_max_length");
            if (tag.Any(char.IsControl)) throw Controls(at);
            if (!tags.Contains(tag, FoldedComparer)) tags.Add(tag);
        }

        return tags;
    }

    private static readonly EqualityComparer<string> FoldedComparer = EqualityComparer<string>.Create((a, b) => FoldedText.Of(a!) == FoldedText.Of(b!));

    private static ApiException Null(string name) => ApiException.BadRequest($"Invalid '{name}': it cannot be null.", name, "invalid_value");

    private static ApiException Controls(string name) => ApiException.BadRequest($"Invalid '{name}': it has control characters in it.", name, "invalid_value");
}

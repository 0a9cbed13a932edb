using Cadre.Storage.Documents;

namespace Cadre.Server.Tasks;

/// <summary>Which of a user's tasks are listed, and in which order. Everything given holds together.</summary>
internal sealed record TaskQuery
{
    public const int MaxLimit = 100;

    /// <summary>Any of them; empty: all.</summary>
    public IReadOnlyList<string> Statuses { get; init; } = [];

    /// <inheritdoc cref="Statuses"/>
    public IReadOnlyList<string> Priorities { get; init; } = [];

    /// <summary>All of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Each is a part of the title, the description or a tag.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public TimeSpanned Due { get; init; }
    public TimeSpanned Created { get; init; }
    public TimeSpanned Updated { get; init; }

    /// <summary>Only open tasks whose time is over.</summary>
    public bool Overdue { get; init; }

    public TaskSort Sort { get; init; } = TaskSort.CreatedAt;
    public bool Descending { get; init; } = true;
    public int Limit { get; init; } = 20;

    /// <summary>As <see cref="TaskCursor"/> wrote it.</summary>
    public string? After { get; init; }

    /// <summary>What a cursor is bound to: everything but the page.</summary>
    public string Identity => string.Join('\0',
    [
        Sort.Name, Descending ? "desc" : "asc", Overdue ? "overdue" : "", $"{Due}", $"{Created}", $"{Updated}", .. Marked('s', Statuses), .. Marked('p', Priorities), .. Marked('t', Tags), .. Marked('q', Words),
    ]);

    public DocumentQuery Over(DateTimeOffset now, SortedPlace? beyond) => new(UserTask.Kind)
    {
        TopLevel = true,
        Conditions = [.. Conditions(now)],
        SortBy = Sort.Member,
        Descending = Descending,
        Limit = Limit,
        Beyond = beyond,
    };

    private IEnumerable<MemberCondition> Conditions(DateTimeOffset now)
    {
        if (Statuses.Count > 0) yield return new MemberCondition.AnyOf("status", Statuses);
        if (Priorities.Count > 0) yield return new MemberCondition.AnyOf("priority", Priorities);
        foreach (var tag in Tags) yield return new MemberCondition.AnyOf("tag_keys", [FoldedText.Of(tag)]);
        foreach (var word in Words) yield return new MemberCondition.Contains("search_key", FoldedText.Of(word));
        if (Due.Condition("due_key") is { } due) yield return due;
        if (Created.Condition("created_at") is { } created) yield return created;
        if (Updated.Condition("updated_at") is { } updated) yield return updated;
        if (!Overdue) yield break;
        yield return new MemberCondition.Within("due_key", null, SortableTime.Format(now));
        yield return new MemberCondition.AnyOf("status", [UserTask.Pending, UserTask.InProgress]);
    }

    private static IEnumerable<string> Marked(char mark, IReadOnlyList<string> values) => values.Order(StringComparer.Ordinal).Select(value => $"{mark}{value}");
}

/// <param name="From">The first moment that counts; null: all before as well.</param>
/// <param name="Below">The first that does not count any more; null: all after as well.</param>
internal readonly record struct TimeSpanned(DateTimeOffset? From, DateTimeOffset? Below)
{
    public MemberCondition? Condition(string member) => From is null && Below is null ? null : new MemberCondition.Within(member, Text(From), Text(Below));

    public override string ToString() => $"{Text(From)}..{Text(Below)}";

    private static string? Text(DateTimeOffset? time) => time is { } at ? SortableTime.Format(at) : null;
}

/// <param name="Name">As a request says it.</param>
/// <param name="Member">Of the task's body.</param>
/// <param name="Descending">When the request does not say.</param>
internal sealed record TaskSort(string Name, string Member, bool Descending, Func<UserTask, string?> Value)
{
    public static TaskSort CreatedAt { get; } = new("created_at", "created_at", true, task => SortableTime.Format(task.CreatedAt));

    public static IReadOnlyList<TaskSort> All { get; } =
    [
        CreatedAt,
        new("updated_at", "updated_at", true, task => SortableTime.Format(task.UpdatedAt)),
        new("due_at", "due_key", false, task => task.DueKey),
        new("priority", "priority_key", true, task => task.PriorityKey),
        new("title", "title_key", false, task => task.TitleKey),
        new("status", "status_key", false, task => task.StatusKey),
    ];
}

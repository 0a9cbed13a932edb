using Cadre.Server.Http;

namespace Cadre.Server.Tasks;

/// <summary>Reads the question of a listing, from an address or from a tool's arguments.</summary>
internal static class TaskQueryForm
{
    public const int MaxTags = 8;
    public const int MaxWords = 8;
    public const int MaxSearch = 200;

    public static IReadOnlyList<string> Names { get; } =
    [
        "status", "priority", "tag", "q", "due_before", "due_after", "created_before", "created_after", "updated_before", "updated_after", "overdue", "sort", "order", "limit", "after",
    ];

    /// <param name="values">What was given for a name, empty values left out; several are alternatives, or for tags conditions.</param>
    public static TaskQuery Read(Func<string, IReadOnlyList<string>> values)
    {
        var sort = Words("sort", [.. TaskSort.All.Select(sort => sort.Name)], 1) is [var name] ? TaskSort.All.Single(sort => sort.Name == name) : TaskSort.CreatedAt;
        return new()
        {
            Statuses = Words("status", UserTask.Statuses, UserTask.Statuses.Count),
            Priorities = Words("priority", UserTask.Priorities, UserTask.Priorities.Count),
            Tags = Tags(values("tag")),
            Words = Search(One("q")),
            Due = new(Time("due_after"), Time("due_before")),
            Created = new(Time("created_after"), Time("created_before")),
            Updated = new(Time("updated_after"), Time("updated_before")),
            Overdue = Words("overdue", ["true", "false"], 1) is ["true"],
            Sort = sort,
            Descending = Words("order", ["asc", "desc"], 1) is [var order] ? order == "desc" : sort.Descending,
            Limit = ListQuery.ReadLimit(One("limit"), ListQuery.DefaultLimit, TaskQuery.MaxLimit),
            After = One("after"),
        };

        string? One(string of) => values(of) switch
        {
            [] => null,
            [var value] => value,
            _ => throw ApiException.BadRequest($"'{of}' was given more than once.", of, "invalid_value"),
        };

        IReadOnlyList<string> Words(string of, IReadOnlyList<string> supported, int most)
        {
            string[] given = [.. values(of).SelectMany(value => value.Split(',')).Distinct(StringComparer.Ordinal)];
            if (given.FirstOrDefault(value => !supported.Contains(value)) is { } unknown) throw ApiException.WrongValue(of, unknown.Length > MaxSearch ? unknown[..MaxSearch] : unknown, supported);
            return given.Length <= most ? given : throw ApiException.BadRequest($"'{of}' was given more than once.", of, "invalid_value");
        }

        DateTimeOffset? Time(string of) => One(of) is not { } text ? null
            : TaskDue.Parse(text)?.From ?? throw ApiException.BadRequest($"Invalid '{of}': expected {TaskDue.Expected}.", of, "invalid_value");
    }

    private static IReadOnlyList<string> Tags(IReadOnlyList<string> tags) =>
        tags.Count > MaxTags ? throw ApiException.BadRequest($"At most {MaxTags} tags can be asked for at once.", "tag", "array_above_max_length")
        : tags.Any(tag => tag.Length > TaskForm.MaxTag) ? throw ApiException.BadRequest($"A tag has at most {TaskForm.MaxTag} characters.", "tag", "string_above_max_length")
        : tags;

    private static IReadOnlyList<string> Search(string? text)
    {
        if (text?.Length > MaxSearch) throw ApiException.BadRequest($"Invalid 'q': string too long. Expected a string with maximum length {MaxSearch}.", "q", "string_above_max_length");
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length <= MaxWords ? words : throw ApiException.BadRequest($"Invalid 'q': at most {MaxWords} words can be looked for at once.", "q", "array_above_max_length");
    }
}

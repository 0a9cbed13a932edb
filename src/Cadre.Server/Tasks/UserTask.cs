using System.Text.Json;
using System.Text.Json.Serialization;
using Cadre.Engine.Tools;
using Cadre.Storage.Documents;

namespace Cadre.Server.Tasks;

/// <summary>
/// Something that a user has to do. What it is sorted and searched by is kept in its body beside what it shows, as text in the order of its bytes: a store compares
/// nothing else.
/// </summary>
internal sealed record UserTask(string Title)
{
    public const string Kind = "task";
    public const string Prefix = "task_";

    public const string Pending = "pending";
    public const string InProgress = "in_progress";
    public const string Completed = "completed";
    public const string Cancelled = "cancelled";

    public const string UsualPriority = "medium";

    /// <summary>In the order of a task's life, which is that of sorting by status.</summary>
    public static IReadOnlyList<string> Statuses { get; } = [Pending, InProgress, Completed, Cancelled];

    /// <summary>The least urgent first.</summary>
    public static IReadOnlyList<string> Priorities { get; } = ["low", UsualPriority, "high", "urgent"];

    /// <summary>Without a prefix.</summary>
    [JsonIgnore]
    public string Id { get; init; } = "";

    /// <summary>Grows with each change; 0 before the task is kept.</summary>
    [JsonIgnore]
    public long Version { get; init; }

    // What is long stands last: a listing reads each body no further than it needs.
    [JsonPropertyOrder(1)]
    public string? Description { get; init; }

    public string Status { get; init; } = Pending;
    public string Priority { get; init; } = UsualPriority;
    public TaskDue? Due { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    [JsonConverter(typeof(SortableTimeConverter))]
    public DateTimeOffset CreatedAt { get; init; }

    [JsonConverter(typeof(SortableTimeConverter))]
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Set while <see cref="Status"/> is completed, and only then.</summary>
    [JsonConverter(typeof(SortableTimeConverter))]
    public DateTimeOffset? CompletedAt { get; init; }

    public string TitleKey => FoldedText.Of(Title);

    [JsonPropertyOrder(2)]
    public string SearchKey => FoldedText.Of(string.Join('\n', [Title, Description ?? "", .. Tags]));

    public IEnumerable<string> TagKeys => Tags.Select(FoldedText.Of);
    public string StatusKey => Rank(Statuses, Status);
    public string PriorityKey => Rank(Priorities, Priority);
    public string? DueKey => Due is { } due ? SortableTime.Format(due.Until) : null;

    [JsonIgnore]
    public string PublicId => Prefix + Id;

    [JsonIgnore]
    public bool IsOpen => Status is Pending or InProgress;

    public static UserTask Read(Document document) => JsonSerializer.Deserialize(document.Body.Span, TaskJson.Default.UserTask)! with { Id = document.Id, Version = document.Version };

    public Document Document(Owner owner) => new(Kind, Id, owner, JsonSerializer.SerializeToUtf8Bytes(this, TaskJson.Default.UserTask)) { CreatedAt = CreatedAt };

    /// <summary>Whether it shows anything else than the other.</summary>
    public bool Differs(UserTask other) => !Tags.SequenceEqual(other.Tags) || this with { Tags = other.Tags } != other;

    private static string Rank(IReadOnlyList<string> words, string word)
    {
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] == word) return ((char)('0' + i)).ToString();
        }

        throw new InvalidOperationException($"'{word}' is none of {string.Join(", ", words)}.");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UserTask))]
internal sealed partial class TaskJson : JsonSerializerContext;

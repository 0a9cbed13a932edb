using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Server.Threads;

/// <summary>An entry of a thread, in no protocol's dialect: every face reads and writes these, so a thread begun by one is continued by another.</summary>
/// <param name="Id">Without a prefix. Of a run's item it follows from run, turn and place, so a stream can name it before it is recorded.</param>
public sealed record ThreadItem(string Id, ItemBody Body)
{
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The run that wrote it; null for what a caller added.</summary>
    public string? Run { get; init; }

    /// <summary>The agent that wrote it, by id.</summary>
    public string? Agent { get; init; }

    /// <summary>The reply was cut off (a limit, a cancel).</summary>
    public bool Incomplete { get; init; }

    public ImmutableDictionary<string, string>? Metadata { get; init; }

    /// <summary>What only one protocol knows of it, by the protocol's name; given back untouched.</summary>
    public ImmutableDictionary<string, JsonElement>? Extra { get; init; }
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Said), "said")]
[JsonDerivedType(typeof(Called), "called")]
[JsonDerivedType(typeof(Returned), "returned")]
[JsonDerivedType(typeof(Thought), "thought")]
[JsonDerivedType(typeof(Foreign), "foreign")]
public abstract record ItemBody
{
    private ItemBody() { }

    public sealed record Said(Speaker Speaker, ImmutableArray<Part> Parts) : ItemBody
    {
        /// <summary>Files that were given along with the words.</summary>
        public ImmutableArray<Attachment> Attachments { get; init; } = [];

        [JsonIgnore]
        public string PlainText => string.Join('\n', Parts.OfType<Part.Text>().Select(text => text.Value));
    }

    /// <param name="Kind">"function" for a function of the caller; else the hosted tool's type ("file_search", "code_interpreter", "mcp").</param>
    /// <param name="Arguments">JSON text as the model wrote it.</param>
    public sealed record Called(string CallId, string Kind, string Tool, string Arguments) : ItemBody;

    /// <param name="Succeeded">False when the call failed, was denied or cancelled.</param>
    /// <param name="Result">What the tool gave beside the text for the model.</param>
    public sealed record Returned(string CallId, string Output, bool Succeeded, JsonElement? Result = null) : ItemBody;

    /// <summary>What a provider sent beside text and calls (reasoning items): given back to it untouched.</summary>
    public sealed record Thought(JsonElement Raw) : ItemBody;

    /// <summary>An item of a type that Cadre does not know; kept as it came, and not shown to models.</summary>
    public sealed record Foreign(JsonElement Raw) : ItemBody;
}

[JsonConverter(typeof(JsonStringEnumConverter<Speaker>))]
public enum Speaker
{
    User,
    Assistant,

    /// <summary>The operator's side: OpenAI's "developer" and "system".</summary>
    Developer,
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Image), "image")]
[JsonDerivedType(typeof(File), "file")]
[JsonDerivedType(typeof(Refusal), "refusal")]
public abstract record Part
{
    private Part() { }

    public sealed record Text(string Value) : Part
    {
        public ImmutableArray<Annotation> Annotations { get; init; } = [];
    }

    /// <summary>One of <paramref name="FileId"/> (without prefix) and <paramref name="Url"/> (http, https or data).</summary>
    public sealed record Image(string? FileId, string? Url, string? Detail) : Part;

    /// <summary>One of <paramref name="FileId"/>, <paramref name="Url"/> and <paramref name="Data"/> (a data URL).</summary>
    public sealed record File(string? FileId, string? Url = null, string? Data = null, string? Name = null) : Part;

    public sealed record Refusal(string Value) : Part;
}

/// <summary>A reference from a text to a file.</summary>
/// <param name="Kind">"citation": the text says what the file says; "path": the text names a file that a tool made.</param>
/// <param name="Start">Of the marker, in UTF-16 code units from the beginning of the text.</param>
/// <param name="End">One past the marker's last.</param>
/// <param name="Container">Where a made file lies; null for an uploaded one.</param>
public sealed record Annotation(string Kind, string FileId, string FileName, string Marker, int Start, int End, string? Container = null);

/// <param name="Tools">Types of the tools that may use it.</param>
public sealed record Attachment(string FileId, ImmutableArray<string> Tools);

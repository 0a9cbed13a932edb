using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cadre.Engine.Models;

/// <summary>One entry of a conversation with a model, in no provider's dialect.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "role")]
[JsonDerivedType(typeof(User), "user")]
[JsonDerivedType(typeof(Developer), "developer")]
[JsonDerivedType(typeof(Assistant), "assistant")]
[JsonDerivedType(typeof(ToolOutput), "tool")]
public abstract record Message
{
    private Message() { }

    [method: JsonConstructor]
    public sealed record User(ImmutableArray<Content> Content) : Message
    {
        public User(string text) : this([new Content.Text(text)]) { }
    }

    /// <summary>Instructions from the operator's side in the middle of a conversation.</summary>
    public sealed record Developer(string Text) : Message;

    /// <param name="Raw">What the provider sent beside text and calls (reasoning items, annotations): given back untouched to the same provider.</param>
    public sealed record Assistant(string Text, ImmutableArray<ToolRequest> Calls, JsonElement? Raw = null) : Message;

    public sealed record ToolOutput(string CallId, string Output) : Message;

    /// <summary>All text of the message, for estimates and summaries.</summary>
    [JsonIgnore]
    public string PlainText => this switch
    {
        User user => string.Join('\n', user.Content.OfType<Content.Text>().Select(text => text.Value)),
        Developer developer => developer.Text,
        Assistant assistant => assistant.Text,
        ToolOutput output => output.Output,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(Text), "text")]
[JsonDerivedType(typeof(Image), "image")]
[JsonDerivedType(typeof(File), "file")]
public abstract record Content
{
    private Content() { }

    public sealed record Text(string Value) : Content;

    /// <param name="Url">http(s) or data URL.</param>
    public sealed record Image(string Url, string? Detail = null) : Content;

    public sealed record File(string FileId, string? Name = null) : Content;
}

/// <summary>A tool call as the model wrote it.</summary>
/// <param name="Arguments">JSON text as received; may be invalid.</param>
public sealed record ToolRequest(string CallId, string Tool, string Arguments);

/// <summary>What a model is told about a tool.</summary>
/// <param name="Parameters">JSON Schema (2020-12) of the arguments object.</param>
public sealed record ToolDefinition(string Name, string Description, JsonElement Parameters, bool Strict = false);

/// <summary>The shape an answer must have.</summary>
/// <param name="Name">[a-zA-Z0-9_-]{1,64}.</param>
public sealed record OutputSchema(string Name, JsonElement Schema, bool Strict = true);

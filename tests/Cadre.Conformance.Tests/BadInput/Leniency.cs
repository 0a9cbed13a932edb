using Cadre.Conformance.Tests.Description;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>Faults that Cadre may accept though OpenAI's description refuses them; each with its reason.</summary>
internal static class Leniency
{
    private const string UnknownTools = "Clients send tools that this server does not know (Codex does): they are kept and not offered to the model.";

    private const string UnknownItems = "Items of types to come are kept as they are, as those of other clients are.";
    private const string OpenAIToo = "OpenAI's service goes without it, whatever its description says.";
    private const string NotActedOn = "A setting of OpenAI's own machinery, which this server does not act on.";

    private static readonly (string Operation, string Fault, string Reason)[] Known =
    [
        ("createResponse", "tools[0].type is an unknown word", UnknownTools),
        ("createResponse", "tools[0].type is far too long", UnknownTools),
        ("createResponse", "tools[0].parameters is missing", OpenAIToo),
        ("createResponse", "tools[0].strict is missing", OpenAIToo),
        ("createResponse", "input[0].type is an unknown word", UnknownItems),
        ("createResponse", "input[0].type is far too long", UnknownItems),
        ("createAssistant", "tool_resources.file_search.vector_store_ids is missing", OpenAIToo),
        ("createConversation", "items[0].type is an unknown word", UnknownItems),
        ("createConversation", "items[0].type is far too long", UnknownItems),
        ("createConversationItems", "items[0].type is an unknown word", UnknownItems),
        ("createConversationItems", "items[0].type is far too long", UnknownItems),
        ("Getinputtokencounts", "personality is 17", NotActedOn),
        ("Compactconversation", "prompt_cache_key is 17", NotActedOn),
        ("Compactconversation", "prompt_cache_retention is \"text\"", NotActedOn),
        ("Compactconversation", "prompt_cache_options is \"text\"", NotActedOn),
        ("CreateContainer", "skills is \"text\"", NotActedOn),
        ("CreateContainerFile", "file is 17", "A file comes in a form; in JSON only its id is looked at."),
        ("createResponse", "prompt_cache_retention is \"text\"", NotActedOn),
        ("createResponse", "prompt_cache_options is \"text\"", NotActedOn),
        ("createResponse", "moderation is \"text\"", NotActedOn),
        ("createResponse", "context_management is \"text\"", NotActedOn),
        ("createAgent", "tools[0].type is an unknown word", UnknownTools),
        ("createAgent", "tools[0].type is far too long", UnknownTools),
        ("createAgent", "tools[0].description is missing", "A function without a description is a function."),
        ("createAgent", "tools[0].parameters is missing", "A function without parameters takes none, as in the other protocols."),
        ("createAgentSessionEvents", "events[0].input is \"text\"", "A text is one message of the user, as a session's own input is."),
        ("createAgentSessionEvents", "events[0].input[0].content is \"text\"", "A text is one part of text, as in the other protocols."),
    ];

    /// <summary>What Cadre itself looks at in a request that it passes on to the model's endpoint; the rest is the endpoint's to refuse, in its own words.</summary>
    private static readonly HashSet<string> LookedAt = new(["model", "messages", "input", "stream", "store", "metadata"], StringComparer.Ordinal);

    private static readonly HashSet<string> PassedOnOperations = new(["createChatCompletion", "createCompletion", "createEmbedding", "createModeration"], StringComparer.Ordinal);

    /// <summary>The endpoint behind this server answers, and may have no objection.</summary>
    public static bool IsPassedOn(ApiOperation operation, string fault) => PassedOnOperations.Contains(operation.Id) && !LookedAt.Contains(fault.Split(' ')[0]);

    /// <summary>The endpoint names the parameter or does not.</summary>
    public static bool IsAnsweredElsewhere(ApiOperation operation) => PassedOnOperations.Contains(operation.Id);

    /// <summary>Passed on, and the simulated endpoint knows neither: its 404 is the answer.</summary>
    public static bool IsUnknownToTheEndpoint(ApiOperation operation) => operation.Id is "createCompletion" or "createModeration";

    /// <summary>The reason, or null.</summary>
    public static string? For(ApiOperation operation, string fault) => Known.FirstOrDefault(known => known.Operation == operation.Id && known.Fault == fault).Reason;
}

using System.Text.Json.Nodes;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>For each operation with a JSON body one that is right, rich in members: what is wrong is made of it by one change. Names in braces are the world's ids.</summary>
internal static class Good
{
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["createAssistant"] = """
            {"model":"gpt-4-turbo","name":"n","description":"d","instructions":"i","temperature":1,"top_p":1,"metadata":{"a":"b"},"response_format":"auto",
             "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}}}},{"type":"code_interpreter"},{"type":"file_search"}],
             "tool_resources":{"code_interpreter":{"file_ids":[]},"file_search":{"vector_store_ids":[]}}}
            """,
        ["modifyAssistant"] = """{"model":"gpt-4-turbo","name":"n","instructions":"i","metadata":{"a":"b"},"tools":[{"type":"function","function":{"name":"f"}}]}""",
        ["createThread"] = """{"messages":[{"role":"user","content":"hello","metadata":{"a":"b"}}],"metadata":{"a":"b"},"tool_resources":{"code_interpreter":{"file_ids":[]}}}""",
        ["modifyThread"] = """{"metadata":{"a":"b"},"tool_resources":{"code_interpreter":{"file_ids":[]}}}""",
        ["createMessage"] = """{"role":"user","content":[{"type":"text","text":"hello"}],"attachments":[{"file_id":"{file}","tools":[{"type":"code_interpreter"}]}],"metadata":{"a":"b"}}""",
        ["modifyMessage"] = """{"metadata":{"a":"b"}}""",
        ["createRun"] = """
            {"assistant_id":"{assistant}","model":"gpt-4-turbo","instructions":"i","additional_instructions":"j","additional_messages":[{"role":"user","content":"m"}],
             "tools":[{"type":"function","function":{"name":"f"}}],"metadata":{"a":"b"},"temperature":1,"top_p":1,"stream":false,"max_prompt_tokens":1000,"max_completion_tokens":1000,
             "truncation_strategy":{"type":"last_messages","last_messages":3},"tool_choice":"none","parallel_tool_calls":true,"response_format":"auto"}
            """,
        ["createThreadAndRun"] = """
            {"assistant_id":"{assistant}","thread":{"messages":[{"role":"user","content":"hello"}]},"model":"gpt-4-turbo","instructions":"i","tools":[{"type":"function","function":{"name":"f"}}],
             "metadata":{"a":"b"},"stream":false,"max_prompt_tokens":1000,"max_completion_tokens":1000,"truncation_strategy":{"type":"auto"},"tool_choice":"none"}
            """,
        ["modifyRun"] = """{"metadata":{"a":"b"}}""",
        ["submitToolOuputsToRun"] = """{"tool_outputs":[{"tool_call_id":"call_1","output":"22"}]}""",
        ["createResponse"] = """
            {"model":"gpt-4-turbo","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"hello"}]}],"instructions":"i","metadata":{"a":"b"},"temperature":1,"top_p":1,
             "store":true,"stream":false,"background":false,"max_output_tokens":1000,"parallel_tool_calls":true,"truncation":"auto","tool_choice":"auto","text":{"format":{"type":"text"}},
             "tools":[{"type":"function","name":"f","parameters":{"type":"object","properties":{}},"strict":false}]}
            """,
        ["Compactconversation"] = """{"model":"gpt-4-turbo","input":"hello","instructions":"i"}""",
        ["Getinputtokencounts"] = """{"model":"gpt-4-turbo","input":"hello","instructions":"i"}""",
        ["createConversation"] = """{"items":[{"type":"message","role":"user","content":"hello"}],"metadata":{"a":"b"}}""",
        ["updateConversation"] = """{"metadata":{"a":"b"}}""",
        ["createConversationItems"] = """{"items":[{"type":"message","role":"user","content":"hello"}]}""",
        ["createChatCompletion"] = """{"model":"gpt-4-turbo","messages":[{"role":"user","content":"hello"}],"stream":false,"store":true,"metadata":{"a":"b"}}""",
        ["updateChatCompletion"] = """{"metadata":{"a":"b"}}""",
        ["createCompletion"] = """{"model":"gpt-3.5-turbo-instruct","prompt":"hello"}""",
        ["createEmbedding"] = """{"model":"text-embedding-3-small","input":["hello"],"encoding_format":"float"}""",
        ["createModeration"] = """{"input":"hello"}""",
        ["createUpload"] = """{"filename":"a.txt","purpose":"assistants","bytes":3,"mime_type":"text/plain"}""",
        ["completeUpload"] = """{"part_ids":["part_1"]}""",
        ["createVectorStore"] = """{"name":"n","metadata":{"a":"b"},"expires_after":{"anchor":"last_active_at","days":7},"file_ids":[],"chunking_strategy":{"type":"static","static":{"max_chunk_size_tokens":800,"chunk_overlap_tokens":400}}}""",
        ["modifyVectorStore"] = """{"name":"n","metadata":{"a":"b"},"expires_after":{"anchor":"last_active_at","days":7}}""",
        ["createVectorStoreFile"] = """{"file_id":"{file}","attributes":{"a":"b"},"chunking_strategy":{"type":"static","static":{"max_chunk_size_tokens":800,"chunk_overlap_tokens":400}}}""",
        ["updateVectorStoreFileAttributes"] = """{"attributes":{"a":"b","n":1,"t":true}}""",
        ["createVectorStoreFileBatch"] = """{"file_ids":["{file}"],"attributes":{"a":"b"}}""",
        ["searchVectorStore"] = """{"query":"hello","max_num_results":5,"rewrite_query":false,"filters":{"type":"eq","key":"a","value":"b"},"ranking_options":{"ranker":"auto","score_threshold":0}}""",
        ["CreateContainer"] = """{"name":"n","file_ids":[],"expires_after":{"anchor":"last_active_at","minutes":20}}""",
        ["CreateContainerFile"] = """{"file_id":"{file}"}""",
        ["CreateChatSessionMethod"] = """{"user":"u","workflow":{"id":"{assistant}"},"expires_after":{"anchor":"created_at","seconds":600},"rate_limits":{"max_requests_per_1_minute":10}}""",
        ["createAgent"] = """{"model":"gpt-4-turbo","name":"n","instructions":"i","metadata":{"a":"b"},"tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"}}]}""",
        ["updateAgent"] = """{"model":"gpt-4-turbo","name":"n","instructions":"i","metadata":{"a":"b"}}""",
        ["createAgentSession"] = """{"agent_id":"{agent}","environment":{"type":"none"},"metadata":{"a":"b"},"stream":false}""",
        ["updateAgentSession"] = """{"metadata":{"a":"b"}}""",
        ["createAgentSessionEvents"] = """{"events":[{"type":"agent.session.input.message","input":[{"role":"user","content":[{"type":"input_text","text":"hello"}]}]}]}""",
    };

    /// <summary>More bodies that refer to objects, for the sake of those references; an id that the caller may not see is as one that does not exist.</summary>
    private static readonly (string Operation, string Body)[] Referring =
    [
        ("createAssistant", """{"model":"m","tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["{vector_store}"]}}}"""),
        ("createAssistant", """{"model":"m","tools":[{"type":"code_interpreter"}],"tool_resources":{"code_interpreter":{"file_ids":["{file}"]}}}"""),
        ("createThread", """{"tool_resources":{"file_search":{"vector_store_ids":["{vector_store}"]}}}"""),
        ("createThread", """{"messages":[{"role":"user","content":"m","attachments":[{"file_id":"{file}","tools":[{"type":"file_search"}]}]}]}"""),
        ("createMessage", """{"role":"user","content":[{"type":"image_file","image_file":{"file_id":"{file}"}}]}"""),
        ("createResponse", """{"model":"m","input":"x","previous_response_id":"{response}"}"""),
        ("createResponse", """{"model":"m","input":"x","conversation":"{conversation}"}"""),
        ("createResponse", """{"model":"m","input":"x","tools":[{"type":"file_search","vector_store_ids":["{vector_store}"]}]}"""),
        ("createResponse", """{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"{file}"}]}]}"""),
        ("createResponse", """{"model":"m","input":"x","tools":[{"type":"code_interpreter","container":"{container}"}]}"""),
        ("Compactconversation", """{"model":"m","previous_response_id":"{response}"}"""),
        ("Getinputtokencounts", """{"model":"m","previous_response_id":"{response}"}"""),
        ("createVectorStore", """{"file_ids":["{file}"]}"""),
        ("CreateContainer", """{"name":"n","file_ids":["{file}"]}"""),
    ];

    /// <summary>Those that are refused as they are: what they refer to does not exist in the world, or is in no state for it.</summary>
    public static IReadOnlySet<string> RefusedInThisWorld { get; } = new HashSet<string>(StringComparer.Ordinal) { "submitToolOuputsToRun", "completeUpload" };

    /// <summary>Bodies that are right but for ids which another world has.</summary>
    public static IEnumerable<string> Foreign(string operation, World stranger) =>
        Referring.Append((Operation: operation, Body: Bodies.GetValueOrDefault(operation, ""))).Where(body => body.Operation == operation)
            .Select(body => (body.Body, Filled: stranger.Fill(body.Body))).Where(body => body.Filled != body.Body).Select(body => body.Filled);

    public static JsonObject? Body(string operation, World world) =>
        Bodies.TryGetValue(operation, out var text) ? JsonNode.Parse(world.Fill(text))!.AsObject() : null;
}

using System.Text;
using System.Text.Json;
using Cadre.Server.Tests.Assistants;

namespace Cadre.Server.Tests.Isolation;

/// <summary>Ids in bodies, queries and cursors: another's is answered as one that never was, gives nothing away, and is on record.</summary>
public sealed class A_reference_to_what_is_anothers
{
    private const string Secret = "quince-4711";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Names in braces are the victim's things, those after "my" the sender's own.</summary>
    private static readonly (string Request, string? Body, Answer Answer)[] Requests =
    [
        ("POST /v1/assistants", """{"model":"m","tools":[{"type":"file_search"}],"tool_resources":{"file_search":{"vector_store_ids":["{store}"]} } }""", Answer.Refused),
        ("POST /v1/assistants", """{"model":"m","tools":[{"type":"code_interpreter"}],"tool_resources":{"code_interpreter":{"file_ids":["{file}"]} } }""", Answer.Refused),
        ("POST /v1/assistants/{my assistant}", """{"tool_resources":{"file_search":{"vector_store_ids":["{store}"]} } }""", Answer.Refused),
        ("POST /v1/threads", """{"tool_resources":{"file_search":{"vector_store_ids":["{store}"]} } }""", Answer.Refused),
        ("POST /v1/threads", """{"tool_resources":{"code_interpreter":{"file_ids":["{file}"]} } }""", Answer.Refused),
        ("POST /v1/threads", """{"messages":[{"role":"user","content":"m","attachments":[{"file_id":"{file}","tools":[{"type":"file_search"}]}]}]}""", Answer.Refused),
        ("POST /v1/threads/{my thread}", """{"tool_resources":{"file_search":{"vector_store_ids":["{store}"]} } }""", Answer.Refused),
        ("POST /v1/threads/{my thread}/messages", """{"role":"user","content":[{"type":"image_file","image_file":{"file_id":"{file}"} }]}""", Answer.Refused),
        ("POST /v1/threads/{my thread}/messages", """{"role":"user","content":"m","attachments":[{"file_id":"{file}","tools":[{"type":"code_interpreter"}]}]}""", Answer.Refused),
        ("POST /v1/threads/{my thread}/runs", """{"assistant_id":"{assistant}"}""", Answer.Refused),
        ("POST /v1/threads/{thread}/runs", """{"assistant_id":"{my assistant}"}""", Answer.Refused),
        ("POST /v1/threads/runs", """{"assistant_id":"{assistant}","thread":{"messages":[{"role":"user","content":"m"}]} }""", Answer.Refused),
        ("POST /v1/threads/runs", """{"assistant_id":"{my assistant}","thread":{"messages":[{"role":"user","content":"m"}],"tool_resources":{"file_search":{"vector_store_ids":["{store}"]} } } }""", Answer.Refused),
        ("POST /v1/threads/runs", """{"assistant_id":"{my assistant}","tool_resources":{"code_interpreter":{"file_ids":["{file}"]} } }""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","previous_response_id":"{response}"}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","previous_response_id":"{response}","stream":true}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","conversation":"{conversation}"}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","conversation":{"id":"{conversation}"} }""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":[{"type":"item_reference","id":"{item}"}]}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","tools":[{"type":"file_search","vector_store_ids":["{store}"]}]}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_file","file_id":"{file}"}]}]}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":[{"role":"user","content":[{"type":"input_image","file_id":"{file}"}]}]}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","tools":[{"type":"code_interpreter","container":"{container}"}]}""", Answer.Refused),
        ("POST /v1/responses", """{"model":"m","input":"x","tools":[{"type":"code_interpreter","container":{"type":"auto","file_ids":["{file}"]} }]}""", Answer.Refused),
        ("POST /v1/responses/compact", """{"model":"m","previous_response_id":"{response}"}""", Answer.Refused),
        ("POST /v1/responses/input_tokens", """{"model":"m","previous_response_id":"{response}"}""", Answer.Refused),
        ("POST /v1/vector_stores", """{"file_ids":["{file}"]}""", Answer.Refused),
        ("POST /v1/vector_stores/{my store}/files", """{"file_id":"{file}"}""", Answer.Refused),
        ("POST /v1/vector_stores/{my store}/file_batches", """{"file_ids":["{file}"]}""", Answer.Refused),
        ("POST /v1/containers", """{"name":"n","file_ids":["{file}"]}""", Answer.Refused),
        ("POST /v1/containers/{my container}/files", """{"file_id":"{file}"}""", Answer.Refused),
        ("POST /v1/agents/sessions", """{"agent_id":"{agent}","environment":{"type":"none"} }""", Answer.Refused),
        ("POST /v1/agents/automations", """{"type":"periodic","name":"n","expression":"0 0 1 1 *","timezone":"UTC","target":{"type":"existing_session","session_id":"{session}","instructions":"x"} }""", Answer.Refused),
        ("POST /v1/chatkit/sessions", """{"user":"u","workflow":{"id":"{assistant}"} }""", Answer.Refused),
        ("POST /api/v1/sessions", """{"agent_id":"{agent}"}""", Answer.Refused),
        ("POST /api/v1/sessions", """{"agent_id":"{assistant}"}""", Answer.Refused),
        ("POST /api/v1/chat", """{"message":"hello","conversation_id":"{said}"}""", Answer.Refused),

        ("GET /v1/files?after={file}", null, Answer.Refused),
        ("GET /v1/assistants?after={assistant}", null, Answer.Refused),
        ("GET /v1/assistants?before={assistant}", null, Answer.Refused),
        ("GET /v1/threads?after={thread}", null, Answer.Refused),
        ("GET /v1/threads/{my thread}/messages?after={message}", null, Answer.Refused),
        ("GET /v1/threads/{my thread}/messages?run_id={run}", null, Answer.FindsNothing),
        ("GET /v1/threads/{my thread}/runs?after={run}", null, Answer.IsAPlace),
        ("GET /v1/threads/{my thread}/runs/{my run}/steps?after={step}", null, Answer.RefusedAsAnyOther),
        ("GET /v1/vector_stores?after={store}", null, Answer.Refused),
        ("GET /v1/vector_stores/{my store}/files?after={stored}", null, Answer.RefusedAsAnyOther),
        ("GET /v1/containers?after={container}", null, Answer.Refused),
        ("GET /v1/containers/{my container}/files?after={contained}", null, Answer.RefusedAsAnyOther),
        ("GET /v1/conversations/{my conversation}/items?after={item}", null, Answer.Refused),
        ("GET /v1/responses/{my response}/input_items?after={item}", null, Answer.RefusedAsAnyOther),
        ("GET /v1/chat/completions?after={completion}", null, Answer.Refused),
        ("GET /v1/agents?after={agent}", null, Answer.Refused),
        ("GET /v1/agents/sessions?after={session}", null, Answer.Refused),
        ("GET /v1/agents/sessions/{my session}/items?after={item}", null, Answer.Refused),
        ("GET /v1/agents/sessions/{my session}/turns?after={turn}", null, Answer.IsAPlace),
        ("GET /v1/agents/environments?after={environment}", null, Answer.Refused),
        ("GET /v1/agents/automations?after={automation}", null, Answer.Refused),
        ("GET /v1/agents/automations?session_id={session}", null, Answer.FindsNothing),
        ("GET /v1/agents/automations/{my automation}/invocations?after={invocation}", null, Answer.Refused),
        ("GET /v1/vaults?after={vault}", null, Answer.Refused),
        ("GET /v1/vaults/{my vault}/credentials?after={credential}", null, Answer.Refused),
        ("GET /v1/chatkit/threads?after={cthread}", null, Answer.Refused),
        ("GET /api/v1/sessions?after={talk}", null, Answer.Refused),
        ("GET /api/v1/sessions?agent_id={agent}", null, Answer.FindsNothing),
    ];

    private enum Answer
    {
        Refused,

        /// <summary>The id means something within its outer thing only: in one of one's own, nobody's is asked for.</summary>
        RefusedAsAnyOther,

        /// <summary>A filter, which none of one's own things passes.</summary>
        FindsNothing,

        /// <summary>Ids of runs are times: any of them is a place in a listing.</summary>
        IsAPlace,
    }

    [Fact]
    public async Task Is_answered_as_one_to_what_never_was_and_is_on_record()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        server.Server.Context.Access.EntriesPerMinute = int.MaxValue;
        using var alice = server.ClientOfPerson("alice");
        var hers = await Belongings.MakeAsync(alice, Secret, null);
        using var bob = server.ClientOfPerson("bob");
        using var eve = server.ClientOfPerson("eve", "other");
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new("other", "program"), new("program", ""), null, Cancellation);
        using var program = server.ClientOf(key);
        var findings = new List<string>();
        foreach (var (http, user) in new[] { (bob, TestServer.PersonOf("bob")), (eve, TestServer.PersonOf("eve")), (program, "program") })
        {
            var own = await Belongings.MakeAsync(http, "plum-0815", null);
            foreach (var (request, body, answer) in Requests)
            {
                var before = await Attempts.CountAsync(server, user);
                var there = await SendAsync(http, request, body, thing => thing.StartsWith("my ", StringComparison.Ordinal) ? own[thing[3..]] : hers[thing]);
                var nowhere = await SendAsync(http, request, body, thing => thing.StartsWith("my ", StringComparison.Ordinal) ? own[thing[3..]] : Belongings.NeverWas(hers[thing]));
                var what = $"{user}: {request} {body}";
                if (answer is Answer.Refused or Answer.RefusedAsAnyOther ? there.Status is not (404 or 400) : there.Status != 200 || !there.Body.Contains("\"data\":[]", StringComparison.Ordinal)) findings.Add($"{what}: {there.Status} {there.Body}");
                if (there.Body.Contains(Secret, StringComparison.Ordinal)) findings.Add($"{what} tells: {there.Body}");
                if (there.Status != nowhere.Status || there.Body.Length != nowhere.Body.Length) findings.Add($"{what} differs from one to what never was:\n  {there.Status} {there.Body}\n  {nowhere.Status} {nowhere.Body}");
                if (answer is Answer.Refused or Answer.IsAPlace && await Attempts.CountAsync(server, user) == before) findings.Add($"{what} is not on record ({there.Status})");
            }
        }

        Assert.True(findings.Count == 0, string.Join('\n', findings));
    }

    private static async Task<(int Status, string Body)> SendAsync(HttpClient http, string request, string? body, Func<string, string> id)
    {
        var (method, path) = (request[..request.IndexOf(' ', StringComparison.Ordinal)], Fill(request[(request.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
        using var message = new HttpRequestMessage(new(method), path);
        message.Headers.Add("OpenAI-Beta", "agents=v1");
        if (body is not null) message.Content = new StringContent(Fill(body), Encoding.UTF8, "application/json");
        using var answer = await http.SendAsync(message, Cancellation);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));

        string Fill(string text) => System.Text.RegularExpressions.Regex.Replace(text, @"\{((?:my )?[a-z]+)\}", match => id(match.Groups[1].Value));
    }
}

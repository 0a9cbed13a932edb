using Cadre.Engine.Runs;
using Cadre.Server.Definitions;
using Cadre.Server.Hosting;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Responses.Items;
using Microsoft.AspNetCore.Http;

namespace Cadre.Server.Responses;

/// <summary>POST /v1/responses/input_tokens: an estimate, for no tokenizer is known of an endpoint's model.</summary>
internal sealed class CountInputTokens(ServerContext context)
{
    private readonly ResponseStarter _starter = new(context);

    public async Task HandleAsync(HttpContext http)
    {
        var caller = Caller.Of(http);
        var body = await RequestBody.ReadAsync(http);
        var agent = body.Text("model") is null ? null : (await _starter.ModelAsync(caller, body, http.RequestAborted)).Agent;
        Check(body);
        var read = new InputItems(context.Time.GetUtcNow()).Read(body, "input", out var references);
        var input = await new InputHistory(context, caller.Scope).ResolveAsync(read, references, http.RequestAborted);
        var shown = await _starter.ShownAsync(caller, ResponseRequest.ContinuedOf(body), input, known: null, http.RequestAborted);
        var characters = History.Empty.AddRange(shown.Messages).Characters
            + ((body.Text("instructions") ?? agent?.Instructions)?.Length ?? 0);
        foreach (var member in (ReadOnlySpan<string>)["tools", "text"]) characters += body.Any(member)?.GetRawText().Length ?? 0;
        var tokens = (characters + History.CharactersPerToken - 1) / History.CharactersPerToken;
        await Respond.WriteAsync(http, json =>
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "response.input_tokens"u8);
            json.WriteNumber("input_tokens"u8, tokens);
            json.WriteEndObject();
        });
    }

    private static void Check(Fields body)
    {
        var tools = RequestedTools.Read(body.Objects("tools", RequestedTools.MaxTools));
        ToolChoices.Read(body, tools);
        TextFormats.Read(body.Object("text"));
        body.Object("reasoning");
        body.Flag("parallel_tool_calls");
        body.Word("truncation", "auto", "disabled");
    }
}

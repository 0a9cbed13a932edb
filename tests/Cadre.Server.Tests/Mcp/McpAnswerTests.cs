using System.Text;
using System.Text.Json.Nodes;
using Cadre.Engine.Tools;
using Cadre.Server.Mcp;
using Cadre.Testing;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Cadre.Server.Tests.Mcp;

public sealed class An_answer_to_an_MCP_client
{
    private static readonly Owner Alice = new("acme", "user_alice");

    [Fact]
    public async Task Keeps_its_connection_open_while_nothing_is_said()
    {
        var clock = new FakeTimeProvider();
        var http = new DefaultHttpContext();
        var sent = new MemoryStream();
        http.Response.Body = sent;
        await using var body = new McpAnswerBody(http, clock);
        body.KeepAlives();

        clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(": keep-alive\n\n", Encoding.UTF8.GetString(sent.ToArray()));
        await body.WriteAsync("data: {}\n"u8.ToArray(), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(": keep-alive\n\ndata: {}\n", Encoding.UTF8.GetString(sent.ToArray()));
    }

    [Fact]
    public async Task May_leave_a_state_with_its_client_that_is_good_for_the_same_request_alone()
    {
        var clock = new FakeTimeProvider();
        using var states = new McpStates(clock);
        var sealedState = await SealAsync(states, Request("notes_add", "milk"), "step 2");

        Assert.DoesNotContain("step", sealedState, StringComparison.Ordinal);
        Assert.Equal("step 2", Open(states, Alice, Request("notes_add", "milk"), sealedState));
        Assert.Null(Open(states, new("acme", "user_bob"), Request("notes_add", "milk"), sealedState));
        Assert.Null(Open(states, new("other", "user_alice"), Request("notes_add", "milk"), sealedState));
        Assert.Null(Open(states, Alice, Request("notes_add", "poison"), sealedState));
        Assert.Null(Open(states, Alice, Request("notes_clear", "milk"), sealedState));
        Assert.Null(Open(states, Alice, Request("notes_add", "milk"), "step 2"));
        Assert.Null(Open(states, Alice, Request("notes_add", "milk"), sealedState[..^1]));
        using (var others = new McpStates(clock)) Assert.Null(Open(others, Alice, Request("notes_add", "milk"), sealedState));
        clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Null(Open(states, Alice, Request("notes_add", "milk"), sealedState));
    }

    private static JsonRpcRequest Request(string tool, string text) => new()
    {
        Id = new RequestId(1), Method = RequestMethods.ToolsCall, Params = new JsonObject { ["name"] = tool, ["arguments"] = new JsonObject { ["text"] = text } },
    };

    private static async Task<string> SealAsync(McpStates states, JsonRpcRequest request, string state)
    {
        await using var transport = new StreamableHttpServerTransport { Stateless = true };
        await using var server = McpServer.Create(transport, new());
        var result = new JsonObject { ["resultType"] = "input_required", ["requestState"] = state };
        var filter = states.SealingFor(Alice, request)((_, _) => Task.CompletedTask);
        await filter(new(server, new JsonRpcResponse { Id = request.Id, Result = result }), TestContext.Current.CancellationToken);
        return result["requestState"]!.GetValue<string>();
    }

    private static string? Open(McpStates states, Owner owner, JsonRpcRequest request, string state)
    {
        request.Params!["requestState"] = state;
        try
        {
            states.Open(owner, new(request, null, McpHarness.Newest, true));
            return request.Params["requestState"]!.GetValue<string>();
        }
        catch (McpRefusal)
        {
            return null;
        }
    }
}

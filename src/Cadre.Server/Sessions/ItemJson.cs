using System.Text.Json;
using Cadre.Server.Agents.Sessions;
using Cadre.Server.Threads;

namespace Cadre.Server.Sessions;

/// <summary>Items of a session's thread as this face shows them. What only a model's provider understands is shown by its type alone.</summary>
internal static class ItemJson
{
    public const string Prefix = "item_";

    public static void Write(Utf8JsonWriter json, ThreadItem item)
    {
        json.WriteStartObject();
        json.WriteString("id", Prefix + item.Id);
        switch (item.Body)
        {
            case ItemBody.Said said:
                json.WriteString("type", "message");
                json.WriteString("role", JsonNamingPolicy.SnakeCaseLower.ConvertName(said.Speaker.ToString()));
                json.WriteString("content", said.PlainText);
                break;
            case ItemBody.Called call:
                json.WriteString("type", "tool_call");
                json.WriteString("call_id", call.CallId);
                json.WriteString("tool_name", call.Tool);
                json.WritePropertyName("input");
                ItemView.Arguments(call.Arguments).WriteTo(json);
                break;
            case ItemBody.Returned returned:
                json.WriteString("type", "tool_result");
                json.WriteString("call_id", returned.CallId);
                json.WriteBoolean("succeeded", returned.Succeeded);
                json.WritePropertyName("result");
                if (returned.Result is { } result) result.WriteTo(json);
                else json.WriteStringValue(returned.Output);
                break;
            case ItemBody.Thought:
                json.WriteString("type", "thought");
                break;
            default:
                json.WriteString("type", "foreign");
                break;
        }

        if (item.Run is not null) json.WriteString("run_id", SessionsFace.Run + item.Run);
        json.WriteString("created_at", item.CreatedAt);
        json.WriteEndObject();
    }
}

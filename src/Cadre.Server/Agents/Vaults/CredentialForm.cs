using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Server.Http;

namespace Cadre.Server.Agents.Vaults;

/// <summary>A credential's <c>auth</c>, parted into what may be shown and what is secret.</summary>
internal static class CredentialForm
{
    private const int MaxSecret = 64 << 10;
    private const int MaxText = 4_096;
    private const int MaxHosts = 1_000;

    public static (JsonElement Shown, JsonObject Secrets) Read(Fields auth)
    {
        var shown = new JsonObject { ["type"] = auth.Word("type", "mcp_oauth", "static_bearer", "environment_variable") ?? throw ApiException.Missing(auth.At("type")) };
        var secrets = new JsonObject();
        switch (auth.Text("type"))
        {
            case "mcp_oauth":
                shown["mcp_server_url"] = auth.RequiredText("mcp_server_url", MaxText, 1);
                shown["expires_at"] = auth.Text("expires_at", MaxText);
                shown["refresh"] = auth.Object("refresh") is { } refresh ? Refresh(refresh, secrets) : null;
                secrets["access_token"] = auth.RequiredText("access_token", MaxSecret, 1);
                break;
            case "static_bearer":
                shown["mcp_server_url"] = auth.RequiredText("mcp_server_url", MaxText, 1);
                secrets["token"] = auth.RequiredText("token", MaxSecret, 1);
                break;
            default:
                shown["secret_name"] = auth.RequiredText("secret_name", MaxText, 1);
                shown["networking"] = Networking(auth.Object("networking") ?? throw ApiException.Missing(auth.At("networking")));
                secrets["secret_value"] = auth.RequiredText("secret_value", MaxSecret, 1);
                break;
        }

        return (Element(shown), secrets);
    }

    /// <summary>Replaces secrets; what the request leaves out stays as it is. The type cannot change.</summary>
    public static (JsonElement Shown, JsonObject Secrets) Rotate(Fields auth, JsonElement formerly, JsonObject secrets)
    {
        var shown = JsonObject.Create(formerly)!;
        var type = shown["type"]!.GetValue<string>();
        if (auth.Word("type", type) is null) throw ApiException.Missing(auth.At("type"));
        switch (type)
        {
            case "mcp_oauth":
                if (auth.Text("access_token", MaxSecret, 1) is { } access) secrets["access_token"] = access;
                if (auth.Has("expires_at")) shown["expires_at"] = auth.Text("expires_at", MaxText);
                if (auth.Object("refresh") is { } refresh)
                {
                    if (shown["refresh"] is not JsonObject kept) throw ApiException.BadRequest($"Invalid '{auth.At("refresh")}': the credential was made without a refresh.", auth.At("refresh"), "invalid_value");
                    if (refresh.Text("refresh_token", MaxSecret, 1) is { } token) secrets["refresh_token"] = token;
                    if (refresh.Has("scope")) kept["scope"] = refresh.Text("scope", MaxText);
                    if (refresh.Object("token_endpoint_auth")?.Text("client_secret", MaxSecret, 1) is { } client) secrets["client_secret"] = client;
                }

                break;
            case "static_bearer":
                secrets["token"] = auth.RequiredText("token", MaxSecret, 1);
                break;
            default:
                secrets["secret_value"] = auth.RequiredText("secret_value", MaxSecret, 1);
                break;
        }

        return (Element(shown), secrets);
    }

    private static JsonObject Refresh(Fields refresh, JsonObject secrets)
    {
        secrets["refresh_token"] = refresh.RequiredText("refresh_token", MaxSecret, 1);
        var endpoint = refresh.Object("token_endpoint_auth") ?? throw ApiException.Missing(refresh.At("token_endpoint_auth"));
        var type = endpoint.Word("type", "none", "client_secret_basic", "client_secret_post") ?? throw ApiException.Missing(endpoint.At("type"));
        if (type != "none") secrets["client_secret"] = endpoint.RequiredText("client_secret", MaxSecret, 1);
        return new()
        {
            ["client_id"] = refresh.RequiredText("client_id", MaxText, 1),
            ["resource"] = refresh.Text("resource", MaxText),
            ["scope"] = refresh.Text("scope", MaxText),
            ["token_endpoint"] = refresh.RequiredText("token_endpoint", MaxText, 1),
            ["token_endpoint_auth"] = new JsonObject { ["type"] = type },
        };
    }

    private static JsonObject Networking(Fields networking)
    {
        if (networking.Word("type", "unrestricted", "limited") is not { } type) throw ApiException.Missing(networking.At("type"));
        var shown = new JsonObject { ["type"] = type };
        if (type != "limited") return shown;
        var hosts = networking.Texts("allowed_hosts", MaxHosts) ?? throw ApiException.Missing(networking.At("allowed_hosts"));
        shown["allowed_hosts"] = new JsonArray([.. hosts.Select(host => JsonValue.Create(host))]);
        return shown;
    }

    private static JsonElement Element(JsonObject json) => AgentCall.Json(writer => json.WriteTo(writer));
}

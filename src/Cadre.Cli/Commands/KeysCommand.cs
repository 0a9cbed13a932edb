using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using Cadre.Cli.Remote;
using Cadre.Cli.Terminals;

namespace Cadre.Cli.Commands;

/// <summary><c>cadre keys</c>: the API keys of a running server.</summary>
internal static class KeysCommand
{
    public static Command Create(Surroundings surroundings) => new("keys", "Make, list and take back the API keys of a running server.")
    {
        Make(surroundings),
        List(surroundings),
        Revoke(surroundings),
    };

    private static Command Make(Surroundings surroundings)
    {
        var name = new Argument<string>("name") { Description = "What it is for." };
        var organisation = new Option<string?>("--organisation") { Description = "Another organisation; it begins with its first key.", HelpName = "name" };
        var user = new Option<string?>("--user") { Description = "Whose things are made with it.", HelpName = "name" };
        var administrator = new Option<bool>("--administrator") { Description = "The same as --role admin: it manages keys, webhooks and policies as well." };
        var role = new Option<string?>("--role") { Description = "user, operator or admin.", HelpName = "role" };
        role.AcceptOnlyFromAmong("user", "operator", "admin");
        var limit = new Option<int?>("--requests-per-minute") { Description = "More are refused.", HelpName = "n" };
        var (url, key) = (ServerClient.UrlOption(), ServerClient.KeyOption());
        var command = new Command("create", "Make a key; it is shown once.") { name, organisation, user, role, administrator, limit, url, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerClient.Create(parsed.GetValue(url), parsed.GetValue(key), surroundings);
            var body = Write(json =>
            {
                json.WriteString("name", parsed.GetValue(name));
                if (parsed.GetValue(organisation) is { } of) json.WriteString("organisation", of);
                if (parsed.GetValue(user) is { } whose) json.WriteString("user", whose);
                if (parsed.GetValue(limit) is { } most) json.WriteNumber("requests_per_minute", most);
                if (parsed.GetValue(role) is { } may) json.WriteString("role", may);
                if (parsed.GetValue(administrator)) json.WriteBoolean("administrator", true);
            });
            var made = await server.SendAsync(HttpMethod.Post, "api/v1/keys", ServerClient.Json(body), cancellationToken);
            surroundings.Terminal.Say($"Key {made.GetProperty("id").GetString()} of the organisation '{made.GetProperty("organisation").GetString()}'. It is shown once; keep it:");
            surroundings.Terminal.Print(made.GetProperty("key").GetString()!);
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command List(Surroundings surroundings)
    {
        var (url, key) = (ServerClient.UrlOption(), ServerClient.KeyOption());
        var json = CommonOptions.Json();
        var command = new Command("list", "List the keys of the organisation.") { url, key, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerClient.Create(parsed.GetValue(url), parsed.GetValue(key), surroundings);
            var listed = await server.SendAsync(HttpMethod.Get, "api/v1/keys?limit=100", null, cancellationToken);
            if (parsed.GetValue(json))
            {
                surroundings.Terminal.Print(listed.GetRawText());
                return ExitCode.Ok;
            }

            foreach (var entry in listed.GetProperty("data").EnumerateArray())
                surroundings.Terminal.Print($"{Text(entry, "id")}  {Text(entry, "hint")}  {Text(entry, "name")}  ({Text(entry, "user")}, {Text(entry, "role")})");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Command Revoke(Surroundings surroundings)
    {
        var id = new Argument<string>("id") { Description = "As 'cadre keys list' shows it." };
        var (url, key) = (ServerClient.UrlOption(), ServerClient.KeyOption());
        var command = new Command("revoke", "Take a key back: it is refused from now on.") { id, url, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var server = ServerClient.Create(parsed.GetValue(url), parsed.GetValue(key), surroundings);
            await server.SendAsync(HttpMethod.Delete, $"api/v1/keys/{Uri.EscapeDataString(parsed.GetValue(id)!)}", null, cancellationToken);
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Text(JsonElement entry, string name) => TerminalText.Line(entry.GetProperty(name).GetString() ?? "", 100);

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

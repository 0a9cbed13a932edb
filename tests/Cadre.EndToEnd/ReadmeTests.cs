using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Cadre.EndToEnd;

/// <summary>
/// Every command in README.md, typed as it stands there, in its order, in a workspace that has `./cadre` and the examples. A command that is
/// added to README.md fails this until it is known here.
/// </summary>
public sealed partial class The_readme
{
    /// <summary>What each command must say. Null: not run, see <see cref="IsRun"/>.</summary>
    private static readonly Dictionary<string, string?> Expected = new(StringComparer.Ordinal)
    {
        ["./cadre \"Describe workspace\""] = "README.md",
        ["./test"] = null,
        ["./cadre smoke"] = "responses",
        [Serve] = null,
        ["npm ci --prefix examples/assistants"] = "packages",
        ["node examples/assistants/weather.mjs"] = "completed",
        [Chat] = "\"tool_name\":\"todo_create\"",
        [Tasks] = "\"title\":\"Buy groceries\"",
        ["./cadre runs"] = "Describe workspace",
        ["./cadre resume last"] = "README.md",
        ["./cadre show last"] = "List the files",
        ["./cadre policies validate"] = "",
        ["./cadre policies explain 'git push origin main'"] = "programs.git-publish",
        ["./cadre approvals"] = "Nothing waits",
        ["./cadre audit verify"] = "",
        ["./cadre doctor"] = "sandbox",
        ["./cadre tools install examples/bundles/word-count"] = "word-count",
        ["./cadre tools list"] = "run_command",
        ["./cadre mcp list"] = "",
    };

    private const string Serve = "./cadre serve";
    private const string Secret = "only-for-trying-32-bytes-or-more";

    private const string Chat = """
        curl -s http://127.0.0.1:5080/api/v1/chat -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d '{"message": "Create a task called Buy groceries"}'
        """;

    private const string Tasks = "curl -s http://127.0.0.1:5080/api/v1/tasks -H \"Authorization: Bearer $TOKEN\"";

    [Fact]
    public async Task Says_nothing_that_does_not_work()
    {
        var blocks = Blocks(await File.ReadAllTextAsync(Path.Combine(CadreCommand.Repository, "README.md")));
        var commands = blocks.SelectMany(block => block.Commands).ToArray();
        Assert.Equal(Expected.Keys.Order(StringComparer.Ordinal), commands.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));

        using var place = new Place();
        await using var simulated = await Simulated.StartAsync(place);
        await BuildAsync();
        Furnish(place);
        place.Command.Set("CADRE_JWT_SECRET", Secret);
        await using var served = await Served.StartAsync(place, simulated.BaseUrl);
        place.Command.Set("CADRE_JWT_SECRET", null);
        foreach (var block in blocks)
        {
            foreach (var command in block.Commands.Where(IsRun))
            {
                if (command == "./cadre runs") await KillOneAsync(place);
                var exports = block.Exports
                    .Replace("http://127.0.0.1:1234/v1", simulated.BaseUrl.ToString(), StringComparison.Ordinal)
                    .Replace("http://127.0.0.1:5080/v1", served.BaseUrl.ToString(), StringComparison.Ordinal)
                    .Replace("sk-cadre-…", Served.Key, StringComparison.Ordinal);
                var finished = await CadreCommand.FinishAsync(Start(place, command, exports + command.Replace("http://127.0.0.1:5080/", served.Address.ToString(), StringComparison.Ordinal)));
                Assert.True(finished.ExitCode == 0, $"{command}: exit code {finished.ExitCode}\n{finished}");
                Assert.True(finished.ToString().Contains(Expected[command]!, StringComparison.OrdinalIgnoreCase), $"{command} does not say '{Expected[command]}':\n{finished}");
            }
        }
    }

    /// <summary>What installs packages does so with the user's own home, where their settings are.</summary>
    private static Process Start(Place place, string command, string script)
    {
        if (!command.StartsWith("npm ", StringComparison.Ordinal)) return place.Command.StartProgram("bash", "-c", script);
        return Process.Start(new ProcessStartInfo("bash", ["-c", script]) { WorkingDirectory = place.Workspace, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }

    /// <summary>`./test` is what is running, and the server runs already.</summary>
    private static bool IsRun(string command) => Expected[command] is not null;

    /// <summary>Builds, if it must, with the user's own home, where the packages are.</summary>
    private static async Task BuildAsync()
    {
        var start = new ProcessStartInfo(Path.Combine(CadreCommand.Repository, "cadre"), "--version") { RedirectStandardOutput = true, RedirectStandardError = true };
        (await CadreCommand.FinishAsync(Process.Start(start)!)).Exits(0);
    }

    private static void Furnish(Place place)
    {
        File.CreateSymbolicLink(place["cadre"], Path.Combine(CadreCommand.Repository, "cadre"));
        var examples = Path.Combine(CadreCommand.Repository, "examples");
        foreach (var file in Directory.EnumerateFiles(examples, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(place["examples"], Path.GetRelativePath(examples, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The plug is pulled in the middle of a goal.</summary>
    private static async Task KillOneAsync(Place place)
    {
        var process = place.Command.StartProgram("./cadre", "Describe workspace");
        while (await process.StandardError.ReadLineAsync() is { } line && !line.Contains("[1] started", StringComparison.Ordinal))
        {
            // Until the first step is worked on.
        }

        process.Kill();
        await process.WaitForExitAsync();
        Assert.Equal(137, process.ExitCode);
        process.Dispose();
    }

    private static List<Block> Blocks(string readme) =>
    [
        .. Fence().Matches(readme).Select(match => match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Select(lines => new Block(
            string.Concat(lines.Where(IsExport).Select(line => line + "\n")), [.. lines.Where(line => !IsExport(line) && !line.StartsWith('#'))])),
    ];

    private static bool IsExport(string line) => line.StartsWith("export ", StringComparison.Ordinal);

    private sealed record Block(string Exports, IReadOnlyList<string> Commands);

    [GeneratedRegex(@"^```sh\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

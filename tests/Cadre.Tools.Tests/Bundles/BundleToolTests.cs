using System.Net;
using System.Net.Sockets;
using Cadre.Engine.Tools;

namespace Cadre.Tools.Tests.Bundles;

public sealed class BundleToolTests : IDisposable
{
    private BundleStage _stage = new();

    public void Dispose() => _stage.Dispose();

    [Fact]
    public async Task The_example_counts_words_of_a_text_and_of_a_file_in_the_workspace()
    {
        _stage.Write("workspace/notes.txt", "one two\nthree\n");
        await _stage.InstalledAsync(Example());

        var text = await _stage.CallAsync("word_count", """{"text": "a b c"}""");
        var file = await _stage.CallAsync("word_count", """{"path": "notes.txt"}""");

        Assert.Equal((ToolStatus.Succeeded, 3), (text.Status, text.Structured!.Value.GetProperty("words").GetInt32()));
        Assert.Equal("""{"lines": 2, "words": 3, "characters": 14}""", file.Output);
        Assert.Equal("word_count failed with exit code 2. gone.txt cannot be read: No such file or directory.", (await _stage.CallAsync("word_count", """{"path": "gone.txt"}""")).Output);
    }

    [Fact]
    public async Task A_tool_tells_where_it_comes_from_and_what_it_would_start()
    {
        var bundle = await _stage.InstalledAsync(Example());

        var tool = Assert.Single(await _stage.ToolsAsync());

        Assert.Equal(new("bundle:word-count", "1.0.0", bundle.Hash), tool.Descriptor.Provenance);
        Assert.Equal(Effect.Read, tool.Descriptor.Effect);
        Assert.Equal(["python3", Path.Combine(_stage.Store.DirectoryOf(bundle), "count.py")], tool.Facts(default).Argv);
    }

    [Fact]
    public async Task Arguments_come_on_standard_input_and_plain_text_goes_out()
    {
        await InstallAsync("same", "effect: unsafe", "#!/bin/sh\necho \"got $(cat) key $CADRE_CALL_KEY\"\nprintf '\\033[31mred\\033[0m'\n");

        Assert.Equal(ToolResult.Ok("got {\"a\":1} key key-1\nred"), await _stage.CallAsync("same", """{"a":1}"""));
    }

    [Fact]
    public async Task A_failure_is_explained_by_standard_error()
    {
        await InstallAsync("bad", "effect: unsafe", "#!/bin/sh\necho partly\necho 'it broke' >&2\nexit 4\n");

        Assert.Equal(ToolResult.Failed("bad failed with exit code 4. it broke"), await _stage.CallAsync("bad"));
    }

    [Fact]
    public async Task A_tool_that_takes_too_long_is_ended()
    {
        await InstallAsync("slow", "effect: unsafe\ntimeout_seconds: 1", "#!/bin/sh\nsleep 600\n");

        Assert.Equal(ToolResult.Failed("slow was ended after 1 s."), await _stage.CallAsync("slow"));
    }

    [Fact]
    public async Task The_workspace_is_seen_as_the_manifest_says()
    {
        _stage.Write("workspace/file.txt", "secret");
        const string Script = "#!/bin/sh\ncat file.txt 2>/dev/null\necho x > made.txt 2>/dev/null && echo wrote\nexit 0\n";
        await InstallAsync("none", "effect: unsafe", Script);
        await InstallAsync("reads", "effect: unsafe\nworkspace: read", Script);
        await InstallAsync("writes", "effect: unsafe\nworkspace: write", Script);

        Assert.Equal("wrote\n", (await _stage.CallAsync("none")).Output);
        Assert.Equal("secret", (await _stage.CallAsync("reads")).Output);
        Assert.False(File.Exists(_stage["workspace/made.txt"]));
        Assert.Equal("secretwrote\n", (await _stage.CallAsync("writes")).Output);
        Assert.True(File.Exists(_stage["workspace/made.txt"]));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_stage["scratch"]));
    }

    [Fact]
    public async Task A_tool_cannot_change_its_own_bundle()
    {
        var bundle = await InstallAsync("self", "effect: unsafe", "#!/bin/sh\nchmod u+w \"$0\"; echo '# changed' >> \"$0\"; touch \"$(dirname \"$0\")/new\"; echo tried\n");

        Assert.Equal("tried\n", (await _stage.CallAsync("self")).Output);
        Assert.Null(Assert.Single(await _stage.Store.VerifyAsync("self", TestContext.Current.CancellationToken)).Mismatch);
        Assert.False(File.Exists(Path.Combine(bundle, "new")));
    }

    [Fact]
    public async Task A_bundle_that_was_changed_is_neither_offered_nor_run()
    {
        var directory = await InstallAsync("mine", "effect: unsafe", "#!/bin/sh\necho good\n");
        var tool = Assert.Single(await _stage.ToolsAsync());
        File.Delete(Path.Combine(directory, "run.sh"));
        await File.WriteAllTextAsync(Path.Combine(directory, "run.sh"), "#!/bin/sh\ntouch hacked\n", TestContext.Current.CancellationToken);

        var refused = await BundleStage.CallAsync(tool);

        Assert.Equal(ToolStatus.Denied, refused.Status);
        Assert.Contains("'run.sh' was changed.", refused.Output, StringComparison.Ordinal);
        Assert.Empty(await _stage.ToolsAsync());
    }

    [Fact]
    public async Task The_network_needs_ALLOW_NET_as_well_as_the_manifest()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var python = $"import socket\ntry:\n  socket.create_connection(('127.0.0.1', {((IPEndPoint)listener.LocalEndpoint).Port}), 5)\n  print('reached')\nexcept OSError:\n  print('no')\n";
        await InstallAsync("quiet", "effect: unsafe", python, "python3");
        await InstallAsync("loud", "effect: unsafe\nnetwork: true", python, "python3");

        Assert.Equal("no\n", (await _stage.CallAsync("quiet")).Output);
        Assert.Equal(ToolStatus.Denied, (await _stage.CallAsync("loud")).Status);
        Assert.False(listener.Pending());

        using var before = _stage;
        _stage = new() { AllowNetwork = true };
        await InstallAsync("loud", "effect: unsafe\nnetwork: true", python, "python3");
        Assert.Equal("reached\n", (await _stage.CallAsync("loud")).Output);
    }

    [Fact]
    public async Task The_environment_of_Cadre_is_not_the_tools()
    {
        Environment.SetEnvironmentVariable("CADRE_BUNDLE_CANARY", "canary-bundle-55aa");
        await InstallAsync("env", "effect: unsafe", "#!/bin/sh\nenv\ncat /proc/*/environ 2>/dev/null | tr '\\0' '\\n'\nexit 0\n");

        Assert.DoesNotContain("canary-bundle-55aa", (await _stage.CallAsync("env")).Output, StringComparison.Ordinal);
    }

    /// <returns>The bundle's directory in the store.</returns>
    private async Task<string> InstallAsync(string name, string tool, string script, string? interpreter = null)
    {
        var command = interpreter is null ? "command: [run.sh]" : $"command: [{interpreter}, \"${{bundle}}/run.sh\"]";
        return _stage.Store.DirectoryOf(await _stage.InstalledAsync(_stage.Folder(name, $"{command}\n{tool}", ("run.sh", script))));
    }

    private static string Example()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var example = Path.Combine(directory.FullName, "examples/bundles/word-count");
            if (Directory.Exists(example)) return example;
        }

        throw new DirectoryNotFoundException("examples/bundles/word-count");
    }
}

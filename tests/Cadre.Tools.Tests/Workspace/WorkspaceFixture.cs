using System.Runtime.InteropServices;
using System.Text.Json;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Engine.Tools;
using Cadre.Sandbox;
using Cadre.Testing;
using Cadre.Tools.Workspaces;

namespace Cadre.Tools.Tests.Workspaces;

/// <summary>A workspace in a directory of its own, beside a directory that must never be touched.</summary>
internal sealed partial class WorkspaceFixture : IDisposable
{
    private const int CurrentDirectory = -100;

    private readonly TemporaryDirectory _directory = new();
    private int _calls;

    public WorkspaceFixture(WorkspaceToolOptions? options = null, Func<CallFacts, Verdict>? judge = null, params string[] protectedPaths)
    {
        Directory.CreateDirectory(_directory["ws"]);
        Directory.CreateDirectory(_directory["outside"]);
        File.WriteAllText(_directory["outside/secret.txt"], "canary");
        Workspace = Workspace.Open(_directory["ws"], protectedPaths);
        Judge = judge ?? (_ => new(VerdictKind.Allow, "test", "Allowed."));
        Source = new WorkspaceTools(Workspace, new HostSandbox(SandboxOptions.Default), facts => Judge(facts), Audit, options ?? new(), TimeProvider.System);
    }

    public Workspace Workspace { get; }
    public WorkspaceTools Source { get; }
    public RecordedAudit Audit { get; } = new();
    public Func<CallFacts, Verdict> Judge { get; set; }
    public string Root => _directory["ws"];
    public string Outside => _directory["outside"];

    public string this[string relative] => Path.Combine(Root, relative);

    public void Write(string relative, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[relative])!);
        File.WriteAllText(this[relative], content);
    }

    public string Read(string relative) => File.ReadAllText(this[relative]);

    public void Link(string relative, string target) => File.CreateSymbolicLink(this[relative], target);

    public void Pipe(string relative) => Assert.Equal(0, MkFifo(this[relative], 0x1b6));

    public ITool Tool(string name) => Source.ListAsync(Owner.Local, default).AsTask().Result.Single(tool => tool.Descriptor.Name == name);

    public ToolCall Call(string json, string? key = null)
    {
        var id = $"c{Interlocked.Increment(ref _calls)}";
        return new(RunId.Parse("run"), id, key ?? id, JsonDocument.Parse(json).RootElement, Owner.Local);
    }

    public ValueTask<ToolResult> CallAsync(string tool, string json) => Tool(tool).CallAsync(Call(json), TestContext.Current.CancellationToken);

    /// <summary>The outside is as it was made: what the tests of refusals end with.</summary>
    public void AssertOutsideUntouched()
    {
        Assert.Equal([Path.Combine(Outside, "secret.txt")], Directory.GetFileSystemEntries(Outside));
        Assert.Equal("canary", File.ReadAllText(Path.Combine(Outside, "secret.txt")));
    }

    public void Dispose()
    {
        Workspace.Dispose();
        _directory.Dispose();
    }

    public static string Json(string text) => JsonSerializer.Serialize(text, TestJson.Default.String);

    /// <summary>Puts each of two entries in the place of the other, in one step.</summary>
    public static int Exchange(string a, string b) => RenameAt2(CurrentDirectory, a, CurrentDirectory, b, 2);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MkFifo(string path, int mode);
}

internal sealed class RecordedAudit : IAudit
{
    private readonly List<AuditEntry> _entries = [];

    public bool Broken { get; set; }

    public IReadOnlyList<AuditEntry> Entries
    {
        get
        {
            lock (_entries) return [.. _entries];
        }
    }

    public ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken)
    {
        if (Broken) throw new IOException("The disk is gone.");
        lock (_entries) _entries.Add(entry);
        return ValueTask.CompletedTask;
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string))]
internal sealed partial class TestJson : System.Text.Json.Serialization.JsonSerializerContext;

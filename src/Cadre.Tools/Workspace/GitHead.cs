namespace Cadre.Tools.Workspaces;

/// <summary>Branch and commit, read from the files of .git; git itself is not started, whose configuration could start anything.</summary>
internal static class GitHead
{
    private const int MaxPackedBytes = 4 << 20;
    private const int ShownCommit = 12;

    /// <summary>Null when the workspace is not the top of a repository.</summary>
    public static string? Read(Workspace workspace)
    {
        if (First(workspace, ".git/HEAD") is not { } head) return null;
        if (!head.StartsWith("ref: ", StringComparison.Ordinal)) return IsCommit(head) ? $"no branch, at {head[..ShownCommit]}" : null;
        var name = head[5..].Trim();
        var branch = name.StartsWith("refs/heads/", StringComparison.Ordinal) ? name[11..] : name;
        var commit = First(workspace, ".git/" + name) ?? Packed(workspace, name);
        return commit is not null && IsCommit(commit) ? $"branch {branch}, at {commit[..ShownCommit]}" : $"branch {branch}, without a commit";
    }

    private static string? Packed(Workspace workspace, string name) =>
        Text(workspace, ".git/packed-refs", MaxPackedBytes)?.Split('\n').FirstOrDefault(line => line.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0];

    private static string? First(Workspace workspace, string path) => Text(workspace, path, 1_000)?.Split('\n')[0].Trim();

    private static string? Text(Workspace workspace, string path, int bytes)
    {
        if (!workspace.OpenFile(WorkspacePath.Parse(path)).TryGet(out var opened, out _)) return null;
        using (opened) return FileHead.Read(opened, bytes);
    }

    private static bool IsCommit(string text) => text.Length is 40 or 64 && text.All(char.IsAsciiHexDigitLower);
}

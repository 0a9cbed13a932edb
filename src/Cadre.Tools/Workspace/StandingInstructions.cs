namespace Cadre.Tools.Workspaces;

/// <summary>What the project's owner wrote for agents, in AGENTS.md at the top of the workspace. It ranks below the policy.</summary>
public static class StandingInstructions
{
    public const string FileName = "AGENTS.md";
    public const int MaxBytes = 32 << 10;

    /// <summary>Null when there is no such file, or none that can be read as text. A longer one is cut, and says so.</summary>
    public static string? Read(Workspace workspace)
    {
        var path = WorkspacePath.Parse(FileName);
        if (!workspace.OpenFile(path).TryGet(out var opened, out _)) return null;
        using (opened)
        {
            var head = FileHead.Read(opened, MaxBytes);
            if (head is null || head.Trim().Length == 0) return null;
            return opened.Stat.Size <= MaxBytes ? head : head + $"\n[cut: {FileName} has {opened.Stat.Size:N0} bytes, of which the first {MaxBytes:N0} are read]";
        }
    }
}

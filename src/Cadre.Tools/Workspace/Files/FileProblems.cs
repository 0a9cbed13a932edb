namespace Cadre.Tools.Workspaces;

/// <summary>What the kernel answered, in words for a model.</summary>
internal static class FileProblems
{
    public static FileProblem From(int errno, WorkspacePath path, (string Link, string Target)? link = null) => errno switch
    {
        Errno.NoEntry when link is { } l => new(FileProblemKind.NotFound, $"'{path.Text}' does not exist: '{l.Link}' is a link to '{Shown(l.Target)}', which is missing."),
        Errno.NoEntry => new(FileProblemKind.NotFound, $"'{path.Text}' does not exist."),
        Errno.CrossDevice when link is { } l => new(FileProblemKind.Outside, $"'{path.Text}' leads outside the workspace: '{l.Link}' is a link to '{Shown(l.Target)}'. It is not followed."),
        Errno.CrossDevice => new(FileProblemKind.Outside, $"'{path.Text}' leads outside the workspace."),
        Errno.TooManyLinks when link is { } l => new(FileProblemKind.Link, $"'{l.Link}' is a link to '{Shown(l.Target)}', which is not followed here. Use the path of the target itself."),
        Errno.TooManyLinks => new(FileProblemKind.Link, $"'{path.Text}' has a link in it that is not followed. Use the path of the target itself."),
        Errno.NotDirectory when link is { } l => new(FileProblemKind.Link, $"'{l.Link}' is a link to '{Shown(l.Target)}', which is not followed here. Use the path of the target itself."),
        Errno.NotDirectory => new(FileProblemKind.NotDirectory, $"'{path.Text}': a part of the path, or all of it, is a file and not a directory."),
        Errno.IsDirectory => WrongKind(path, EntryKind.Directory),
        Errno.NoDevice => WrongKind(path, EntryKind.Special),
        Errno.Again => new(FileProblemKind.Changed, $"'{path.Text}' keeps being renamed while it is opened. Try again."),
        Errno.NoSpace or Errno.QuotaExceeded => new(FileProblemKind.NoSpace, $"There is no space left to write '{path.Text}'. Nothing was changed."),
        Errno.Access or Errno.NotPermitted => new(FileProblemKind.NotAllowed, $"The file system does not permit that for '{path.Text}'."),
        Errno.ReadOnlySystem => new(FileProblemKind.NotAllowed, $"'{path.Text}' is on a read-only file system."),
        Errno.NameTooLong => new(FileProblemKind.BadPath, $"'{path.Text}' has a name that is too long."),
        _ => new(FileProblemKind.Other, $"'{path.Text}': {LinuxFiles.Describe(errno)}."),
    };

    public static FileProblem WrongKind(WorkspacePath path, EntryKind kind) => kind switch
    {
        EntryKind.Directory => new(FileProblemKind.IsDirectory, $"'{path.Text}' is a directory. list_directory shows what is in it."),
        EntryKind.File => new(FileProblemKind.NotDirectory, $"'{path.Text}' is a file."),
        EntryKind.Link => new(FileProblemKind.Link, $"'{path.Text}' is a link. Use the path of the target itself."),
        EntryKind.Special => new(FileProblemKind.Special, $"'{path.Text}' is a pipe, socket or device, which is never opened."),
    };

    public static FileProblem TooLarge(WorkspacePath path, long bytes) => new(
        FileProblemKind.TooLarge,
        $"'{path.Text}' has {bytes:N0} bytes; at most {Workspace.MaxFileBytes:N0} are handled at once. read_file reads ranges of larger files.");

    private static string Shown(string target) => target.Length <= 200 ? target : target[..200] + "…";
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// New content beside its target, durable but not yet in place: <see cref="Commit"/> puts it there in one step, disposing without it leaves
/// no trace. The file carries the key of the call that wrote it, which is how an interrupted call is recognised later.
/// </summary>
internal sealed class StagedFile : IDisposable
{
    private const string MarkName = "user.cadre.call";
    private const int MarkLength = 16;

    private readonly SafeFileHandle _parent;
    private readonly string _temporary;
    private readonly FileStat? _replaces;
    private bool _committed;

    private StagedFile(WorkspacePath path, SafeFileHandle parent, string temporary, FileStat? replaces) =>
        (Path, _parent, _temporary, _replaces) = (path, parent, temporary, replaces);

    public WorkspacePath Path { get; }

    /// <param name="key">Of the call; the same call made again takes over what it left behind.</param>
    /// <param name="replaces">The file as it was read; it must still be that one. Null when it must not exist.</param>
    /// <param name="mode">Permission bits to set; null keeps those of the replaced file, or the usual ones.</param>
    public static FileResult<StagedFile> Create(Workspace workspace, WorkspacePath path, ReadOnlySpan<byte> content, string key, FileStat? replaces, int? mode = null)
    {
        if (content.Length > Workspace.MaxFileBytes) return FileProblems.TooLarge(path, content.Length);
        if (!workspace.OpenParent(path, create: true).TryGet(out var parent, out var problem)) return problem;

        var staged = new StagedFile(path, parent, $".cadre-{Mark(key + "\n" + path.Text)}.tmp", replaces);
        if ((staged.Changed() ?? staged.Fill(content, key, mode ?? replaces?.Mode)) is not { } failed) return staged;
        staged.Dispose();
        return failed;
    }

    /// <summary>What stands at the path now, if it is a file that may be replaced.</summary>
    public static FileResult<FileStat?> Target(Workspace workspace, WorkspacePath path)
    {
        if (!workspace.OpenParent(path, create: false).TryGet(out var parent, out var problem))
            return problem.Kind == FileProblemKind.NotFound ? (FileStat?)null : problem;
        using (parent)
        {
            var errno = LinuxFiles.StatEntry(parent, path.Name, out var stat);
            if (errno == Errno.NoEntry) return (FileStat?)null;
            if (errno != 0) return FileProblems.From(errno, path);
            if (stat.Kind != EntryKind.File) return FileProblems.WrongKind(path, stat.Kind);
            if ((stat.Mode & 0x92) == 0) return new FileProblem(FileProblemKind.NotAllowed, $"'{path.Text}' is marked read-only. If it must change, make it writable with run_command first.");
            return (FileStat?)stat;
        }
    }

    /// <summary>Whether the file was last written by the call with this key; null when the file system keeps no marks.</summary>
    public static bool? WasWrittenBy(SafeFileHandle file, string key)
    {
        Span<byte> mark = stackalloc byte[MarkLength];
        if (LinuxFiles.GetAttribute(file, MarkName, mark) is not MarkLength) return null;
        return mark.SequenceEqual(Encoding.ASCII.GetBytes(Mark(key)));
    }

    /// <summary>Puts the content in place, all of it or nothing. The directory entry is durable when it returns.</summary>
    public FileProblem? Commit()
    {
        if (Changed() is { } changed) return changed;
        if (LinuxFiles.Rename(_parent, _temporary, _parent, Path.Name) is var errno and not 0) return FileProblems.From(errno, Path);
        _committed = true;
        return LinuxFiles.Sync(_parent) is var failed and not 0 ? FileProblems.From(failed, Path) : null;
    }

    public void Dispose()
    {
        if (!_committed) LinuxFiles.Unlink(_parent, _temporary);
        _parent.Dispose();
    }

    private static string Mark(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, MarkLength / 2));

    private FileProblem? Changed()
    {
        var errno = LinuxFiles.StatEntry(_parent, Path.Name, out var now);
        if (errno is not (0 or Errno.NoEntry)) return FileProblems.From(errno, Path);
        if (errno == 0 && now.Kind != EntryKind.File) return FileProblems.WrongKind(Path, now.Kind);
        if (_replaces is null) return errno == 0 ? new(FileProblemKind.Changed, $"'{Path.Text}' exists by now. Read it and decide again.") : null;
        return errno == 0 && now.IsSameContentAs(_replaces.Value)
            ? null
            : new(FileProblemKind.Changed, $"'{Path.Text}' was changed by something else meanwhile. Read it again and repeat the change.");
    }

    private FileProblem? Fill(ReadOnlySpan<byte> content, string key, int? mode)
    {
        var flags = LinuxFiles.WriteOnly | LinuxFiles.Create | LinuxFiles.Exclusive | LinuxFiles.NoFollow;
        var creation = mode is null ? 0x1b6 : 0x180;
        var file = LinuxFiles.OpenAt2(_parent, _temporary, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, creation, out var errno);
        if (errno == Errno.Exists)
        {
            // Left by an attempt of this very call that was killed.
            file.Dispose();
            if (LinuxFiles.Unlink(_parent, _temporary) is var left and not 0) return FileProblems.From(left, Path);
            file = LinuxFiles.OpenAt2(_parent, _temporary, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, creation, out errno);
        }

        using (file)
        {
            if (errno != 0) return FileProblems.From(errno, Path);
            try
            {
                RandomAccess.Write(file, content, 0);
            }
            catch (IOException broken)
            {
                return broken.HResult is Errno.NoSpace or Errno.QuotaExceeded
                    ? FileProblems.From(Errno.NoSpace, Path)
                    : new(FileProblemKind.Other, $"'{Path.Text}' could not be written: {broken.Message}");
            }

            // Marks and owners are kept where the file system and the user's rights allow it; the content does not depend on them.
            LinuxFiles.SetAttribute(file, MarkName, Encoding.ASCII.GetBytes(Mark(key)));
            if (_replaces is { } old && LinuxFiles.Stat(file, out var own) == 0 && (old.User != own.User || old.Group != own.Group)) LinuxFiles.SetOwner(file, old.User, old.Group);
            if (mode is { } bits && LinuxFiles.SetMode(file, bits & 0x1ff) is var failed and not 0) return FileProblems.From(failed, Path);
            return LinuxFiles.Sync(file) is var unsynced and not 0 ? FileProblems.From(unsynced, Path) : null;
        }
    }
}

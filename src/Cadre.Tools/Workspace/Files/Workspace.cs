using Microsoft.Win32.SafeHandles;

namespace Cadre.Tools.Workspaces;

/// <summary>
/// The one door to the files of a workspace. Everything is opened by openat2 beneath a directory that is held open, so that no name, link or
/// race leads out of it. Reading follows links that stay inside and says where it arrived; writing follows none, so that what a policy judged
/// is what is written.
/// </summary>
public sealed class Workspace : IDisposable
{
    /// <summary>Largest file that is read whole or written.</summary>
    public const int MaxFileBytes = 16 << 20;

    private const int LockStripes = 64;

    private readonly SafeFileHandle _root;
    private readonly string _givenRoot;
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, LockStripes).Select(_ => new SemaphoreSlim(1, 1))];

    private Workspace(SafeFileHandle root, string givenRoot, string realRoot, IEnumerable<string> protectedPaths)
    {
        (_root, _givenRoot, Root) = (root, givenRoot, realRoot);
        Protected = new(protectedPaths);
    }

    /// <summary>Absolute, links resolved.</summary>
    public string Root { get; }

    internal ProtectedPaths Protected { get; }

    /// <param name="protectedPaths">Relative to the workspace: no tool writes at or below them.</param>
    /// <exception cref="WorkspaceUnavailableException">No such directory, or this system cannot keep file access inside it.</exception>
    public static Workspace Open(string root, params IEnumerable<string> protectedPaths)
    {
        if (!OperatingSystem.IsLinux())
            throw new WorkspaceUnavailableException("The workspace tools need Linux 5.6 or newer (openat2): nothing else here keeps file access inside a directory.");

        var given = Path.GetFullPath(root);
        using var anywhere = File.OpenHandle("/dev/null");
        var handle = LinuxFiles.OpenAt2(anywhere, given, LinuxFiles.ReadOnly | LinuxFiles.DirectoryOnly, resolve: 0, mode: 0, out var errno);
        if (errno == 0)
        {
            using var probe = LinuxFiles.OpenAt2(handle, ".", LinuxFiles.PathOnly | LinuxFiles.DirectoryOnly, LinuxFiles.Beneath, mode: 0, out errno);
            if (errno == 0) return new(handle, given, LinuxFiles.NameOf(handle) ?? given, protectedPaths);
            handle.Dispose();
        }

        throw new WorkspaceUnavailableException(errno switch
        {
            Errno.NoSystemCall or Errno.NotPermitted =>
                "This system does not offer openat2 (Linux 5.6 or newer, not blocked by a seccomp filter): without it file access cannot be kept inside the workspace.",
            Errno.NoEntry => $"The workspace '{given}' does not exist.",
            Errno.NotDirectory => $"The workspace '{given}' is not a directory.",
            _ => $"The workspace '{given}' cannot be opened: {LinuxFiles.Describe(errno)}.",
        });
    }

    public void Dispose()
    {
        _root.Dispose();
        foreach (var stripe in _locks) stripe.Dispose();
    }

    internal WorkspacePath PathOf(string raw) => WorkspacePath.Parse(raw, _givenRoot, Root);

    /// <summary>A regular file, for reading.</summary>
    internal FileResult<OpenedEntry> OpenFile(WorkspacePath path)
    {
        if (!Open(path, LinuxFiles.ReadOnly | LinuxFiles.NonBlocking).TryGet(out var opened, out var problem)) return problem;
        if (opened.Stat.Kind == EntryKind.File) return opened;
        opened.Dispose();
        return FileProblems.WrongKind(path, opened.Stat.Kind);
    }

    internal FileResult<OpenedEntry> OpenDirectory(WorkspacePath path) => Open(path, LinuxFiles.ReadOnly | LinuxFiles.DirectoryOnly);

    /// <summary>The directory that holds <paramref name="path"/>, for changing an entry in it. No link is followed on the way.</summary>
    /// <param name="create">Makes the directories that are missing.</param>
    internal FileResult<SafeFileHandle> OpenParent(WorkspacePath path, bool create)
    {
        if (path.Refusal is { } refusal) return refusal;
        if (path.IsRoot) return FileProblems.WrongKind(path, EntryKind.Directory);
        if (Protected.Refuse(path.Text) is { } isProtected) return isProtected;

        var flags = LinuxFiles.ReadOnly | LinuxFiles.DirectoryOnly | LinuxFiles.NoFollow;
        var parent = LinuxFiles.OpenAt2(_root, path.Parent, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
        if (errno == 0) return parent;
        if (errno != Errno.NoEntry || !create) return FileProblems.From(errno, path, LinkOnTheWay(path));
        return MakeParents(path, flags);
    }

    /// <summary>Held while files are read, changed and written, so that edits made side by side do not undo each other.</summary>
    internal async ValueTask<IDisposable> LockAsync(IEnumerable<string> paths, CancellationToken cancellationToken)
    {
        var held = new HeldLocks();
        foreach (var stripe in paths.Select(path => (int)((uint)string.GetHashCode(path, StringComparison.Ordinal) % LockStripes)).Distinct().Order())
        {
            try
            {
                await _locks[stripe].WaitAsync(cancellationToken);
                held.Add(_locks[stripe]);
            }
            catch (OperationCanceledException)
            {
                held.Dispose();
                throw;
            }
        }

        return held;
    }

    private FileResult<OpenedEntry> Open(WorkspacePath path, int flags)
    {
        if (path.Refusal is { } refusal) return refusal;

        // Looked at before it is opened: opening some devices already does something.
        using (var peek = LinuxFiles.OpenAt2(_root, path.Text, LinuxFiles.PathOnly, LinuxFiles.Beneath, 0, out var peekErrno))
        {
            if (peekErrno != 0) return FileProblems.From(peekErrno, path, LinkOnTheWay(path));
            if ((peekErrno = LinuxFiles.Stat(peek, out var peeked)) != 0) return FileProblems.From(peekErrno, path);
            if (peeked.Kind == EntryKind.Special) return FileProblems.WrongKind(path, EntryKind.Special);
        }

        var real = path.Text;
        var handle = LinuxFiles.OpenAt2(_root, path.Text, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
        if (errno == Errno.TooManyLinks)
        {
            handle = LinuxFiles.OpenAt2(_root, path.Text, flags, LinuxFiles.Beneath, 0, out errno);
            if (errno == 0 && RelativeNameOf(handle) is { } name) real = name;
            else if (errno == 0) errno = Errno.TooManyLinks;
        }

        var stat = default(FileStat);
        if (errno == 0) errno = LinuxFiles.Stat(handle, out stat);
        if (errno == 0) return new OpenedEntry(handle, stat, real);
        handle.Dispose();
        return FileProblems.From(errno, path, LinkOnTheWay(path));
    }

    private FileResult<SafeFileHandle> MakeParents(WorkspacePath path, int flags)
    {
        var current = LinuxFiles.OpenAt2(_root, ".", flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
        foreach (var part in path.Parent.Split('/'))
        {
            if (errno == 0 && LinuxFiles.MakeDirectory(current, part) is var made and not (0 or Errno.Exists)) errno = made;
            if (errno != 0) break;
            var next = LinuxFiles.OpenAt2(current, part, flags, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out errno);
            current.Dispose();
            current = next;
        }

        if (errno == 0) return current;
        current.Dispose();
        return FileProblems.From(errno, path, LinkOnTheWay(path));
    }

    private string? RelativeNameOf(SafeFileHandle handle)
    {
        if (LinuxFiles.NameOf(handle) is not { } name || LinuxFiles.NameOf(_root) is not { } root) return null;
        if (name == root) return ".";
        root = root.TrimEnd('/') + "/";
        return name.StartsWith(root, StringComparison.Ordinal) ? name[root.Length..] : null;
    }

    /// <summary>The first link in the path and where it leads, to explain a refusal. Only for words: nothing is decided by it.</summary>
    private (string Link, string Target)? LinkOnTheWay(WorkspacePath path)
    {
        for (var end = 0; end < path.Text.Length;)
        {
            end = path.Text.IndexOf('/', end + 1) is var slash and > 0 ? slash : path.Text.Length;
            var at = WorkspacePath.Parse(path.Text[..end]);
            using var parent = LinuxFiles.OpenAt2(_root, at.Parent, LinuxFiles.PathOnly | LinuxFiles.DirectoryOnly, LinuxFiles.Beneath | LinuxFiles.NoLinks, 0, out var errno);
            if (errno != 0) return null;
            if (LinuxFiles.ReadLink(parent, at.Name) is { } target) return (at.Text, target);
        }

        return null;
    }

    private sealed class HeldLocks : List<SemaphoreSlim>, IDisposable
    {
        public void Dispose()
        {
            foreach (var stripe in this) stripe.Release();
            Clear();
        }
    }
}

/// <summary>This system cannot keep file access inside the workspace, or there is no workspace. The message says what to do.</summary>
public sealed class WorkspaceUnavailableException(string message) : Exception(message);

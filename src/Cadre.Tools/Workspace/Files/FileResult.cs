using System.Diagnostics.CodeAnalysis;

namespace Cadre.Tools.Workspaces;

/// <summary>Why a file could not be used, in words that tell a model what to do about it.</summary>
internal sealed record FileProblem(FileProblemKind Kind, string Message);

internal enum FileProblemKind
{
    NotFound,
    IsDirectory,
    NotDirectory,

    /// <summary>A link in the path, where links are not followed.</summary>
    Link,

    /// <summary>Outside the workspace, or would be.</summary>
    Outside,

    /// <summary>Version control data, policies, the state folder.</summary>
    Protected,

    /// <summary>Pipe, socket or device.</summary>
    Special,

    BadPath,
    TooLarge,
    Binary,
    Changed,
    NoSpace,
    NotAllowed,
    Other,
}

/// <summary>A value, or the reason why there is none.</summary>
internal readonly struct FileResult<T>
{
    private readonly T? _value;

    private FileResult(T? value, FileProblem? problem) => (_value, Problem) = (value, problem);

    public FileProblem? Problem { get; }

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out FileProblem? problem)
    {
        value = _value;
        problem = Problem;
        return problem is null;
    }

    public static implicit operator FileResult<T>(T value) => new(value, null);

    public static implicit operator FileResult<T>(FileProblem problem) => new(default, problem);
}

namespace Cadre.Guard.Policies;

/// <summary>Why a policy file is refused, and where.</summary>
/// <param name="File">As the user knows it: "policies/tools.yaml".</param>
/// <param name="Line">From 1; 0 when the reason is about the whole file or folder.</param>
/// <param name="Column">From 1, in characters; 0 with <paramref name="Line"/>.</param>
public sealed record PolicyError(string File, int Line, int Column, string Reason)
{
    public override string ToString() => Line == 0 ? $"{File}: {Reason}" : $"{File}:{Line}:{Column}: {Reason}";
}

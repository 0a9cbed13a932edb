namespace Cadre.Wire.Agents;

public sealed record EnvironmentObject(string Id, string Type, string Status)
{
    public string Object { get; init; } = "agent.environment";
    public IReadOnlyList<string> Files { get; init; } = [];
    public IReadOnlyList<string> Plugins { get; init; } = [];
    public IReadOnlyList<string> Skills { get; init; } = [];
}

/// <param name="Next">Token of the next page.</param>
public sealed record EnvironmentFiles(IReadOnlyList<EnvironmentFile> Data, bool HasMore, string? Next)
{
    public string Object { get; init; } = "list";
}

/// <param name="Path">Relative to the environment's directory.</param>
public sealed record EnvironmentFile(string EnvironmentId, string Path, long SizeBytes)
{
    public string Object { get; init; } = "agent.environment.file";
}

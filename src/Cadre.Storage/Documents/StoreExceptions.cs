using Cadre.Engine.Ports;

namespace Cadre.Storage.Documents;

/// <summary>The store's part of <see cref="StoreUnavailableException"/>: what was asked is not durable, and must be read again before it is relied on.</summary>
public sealed class StoreFailedException(string message, Exception? inner = null) : StoreUnavailableException(message, inner);

/// <summary>The file cannot be trusted, and was not opened.</summary>
/// <param name="findings">What is wrong with it, a finding a line.</param>
public sealed class StoreDamagedException(string file, string findings)
    : IOException($"The database {file} is damaged: {findings}. Put it and the files named after it aside and a backup in its place, then start again (docs/storage.md).")
{
    public string File => file;
    public string Findings => findings;
}

/// <summary>A newer Cadre wrote the file.</summary>
public sealed class StoreTooNewException(string file, int version, int known)
    : IOException($"The database {file} has form {version}; this Cadre knows forms up to {known}. Start it with the Cadre that wrote it, or a newer one.")
{
    public int Version => version;
}

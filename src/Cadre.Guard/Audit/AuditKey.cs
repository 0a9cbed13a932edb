using System.Security.Cryptography;
using System.Text;
using Cadre.Storage.Durable;

namespace Cadre.Guard.Audit;

/// <summary>
/// The secret without which no entry can be made or changed: 32 random bytes, in hexadecimal, in a file that only its owner may read. It is never
/// written anywhere else.
/// </summary>
internal sealed class AuditKey
{
    public const int HashLength = HMACSHA256.HashSizeInBytes;
    private const int Length = 32;
    private readonly byte[] _key;

    private AuditKey(byte[] key)
    {
        _key = key;
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(key, "cadre audit key id"u8).AsSpan(0, 8));
    }

    /// <summary>Tells keys apart and says nothing about them.</summary>
    public string Id { get; }

    /// <exception cref="AuditDamagedException">There is no usable key in the file.</exception>
    public static AuditKey Read(string path)
    {
        if (!File.Exists(path)) throw new AuditDamagedException($"There is no audit key at {path}.");
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
        {
            throw new AuditDamagedException($"The audit key {path} may be read or changed by others: give it mode 0600.");
        }

        var text = new FileInfo(path).Length <= 1024 ? File.ReadAllText(path).Trim() : "";
        var key = new byte[Length];
        return Convert.FromHexString(text, key, out _, out var written) == System.Buffers.OperationStatus.Done && written == Length
            ? new(key)
            : throw new AuditDamagedException($"{path} is no audit key: it must hold {Length * 2} hexadecimal digits.");
    }

    public static AuditKey Create(IDisk disk, string path)
    {
        DurableFile.CreateDirectory(disk, Path.GetDirectoryName(path)!);
        DurableFile.Replace(disk, path, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Length)) + "\n"));
        return Read(path);
    }

    public void Hash(ReadOnlySpan<byte> bytes, Span<byte> hash) => HMACSHA256.HashData(_key, bytes, hash);
}

/// <summary>The audit log cannot be continued, since what there is of it is not what was written. Nothing was changed.</summary>
public sealed class AuditDamagedException(string message) : Exception(message);

using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Cadre.Storage.Durable;

namespace Cadre.Storage.Secrets;

/// <summary>
/// Encrypts what is kept and must not be read by who gets hold of a disk or a backup: AES-256-GCM, a random nonce for each text. What a text belongs to is
/// authenticated with it: moved to another owner it does not open.
/// </summary>
public sealed class SecretBox
{
    public const string KeyFileName = "secrets.key";

    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int MaxKeyFile = 4096;

    private readonly string _current;
    private readonly ImmutableDictionary<string, byte[]> _keys;

    private SecretBox(IReadOnlyList<byte[]> keys)
    {
        _current = IdOf(keys[0]);
        _keys = keys.GroupBy(IdOf).ToImmutableDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
    }

    /// <summary>With the given keys, or with the one in the state directory, which is made when it is missing.</summary>
    /// <param name="keys">Base64 of 32 bytes each, separated by commas: the first seals, the others only open what was sealed by them before. Null: the file.</param>
    /// <exception cref="SecretKeyException">A key is malformed, or its file may be read by others.</exception>
    public static SecretBox Open(string stateDirectory, string? keys)
    {
        if (keys is not null) return Of(keys, "The given secret key");
        var path = Path.Combine(stateDirectory, KeyFileName);
        if (!File.Exists(path))
        {
            var disk = PosixDisk.Instance;
            DurableFile.CreateDirectory(disk, stateDirectory);
            DurableFile.Replace(disk, path, Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyLength)) + "\n"));
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new SecretKeyException($"The secret key {path} may be read or changed by others: give it mode 0600.");
        return Of(new FileInfo(path).Length <= MaxKeyFile ? File.ReadAllText(path) : "", path);
    }

    /// <param name="binding">What it belongs to (organisation, user, purpose…), in order; the same must be given to open it.</param>
    public string Seal(ReadOnlySpan<byte> plain, params ReadOnlySpan<string> binding)
    {
        var bytes = new byte[NonceLength + plain.Length + TagLength];
        var nonce = bytes.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(_keys[_current], TagLength);
        cipher.Encrypt(nonce, plain, bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), Bound(binding));
        return $"{_current}.{Base64Url.EncodeToString(bytes)}";
    }

    public string Seal(string plain, params ReadOnlySpan<string> binding) => Seal(Encoding.UTF8.GetBytes(plain), binding);

    /// <summary>Null when it was sealed by a key that is not here, belongs to something else, or was changed.</summary>
    public byte[]? TryOpen(string sealedText, params ReadOnlySpan<string> binding)
    {
        var dot = sealedText.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !_keys.TryGetValue(sealedText[..dot], out var key)) return null;
        try
        {
            var bytes = Base64Url.DecodeFromChars(sealedText.AsSpan(dot + 1));
            if (bytes.Length < NonceLength + TagLength) return null;
            var plain = new byte[bytes.Length - NonceLength - TagLength];
            using var cipher = new AesGcm(key, TagLength);
            cipher.Decrypt(bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), plain, Bound(binding));
            return plain;
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            return null;
        }
    }

    public string? TryOpenText(string sealedText, params ReadOnlySpan<string> binding) => TryOpen(sealedText, binding) is { } plain ? Encoding.UTF8.GetString(plain) : null;

    private static SecretBox Of(string text, string where)
    {
        var keys = new List<byte[]>();
        foreach (var word in text.Split([',', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var key = new byte[KeyLength];
            if (!Convert.TryFromBase64String(word, key, out var written) || written != KeyLength) throw new SecretKeyException($"{where} must be the base64 of {KeyLength} bytes.");
            keys.Add(key);
        }

        return keys.Count > 0 ? new(keys) : throw new SecretKeyException($"{where} must be the base64 of {KeyLength} bytes.");
    }

    /// <summary>Tells keys apart and says nothing about them.</summary>
    private static string IdOf(byte[] key) => Convert.ToHexStringLower(HMACSHA256.HashData(key, "cadre secret key id"u8).AsSpan(0, 4));

    /// <summary>Each part with its length before it, so that no two bindings are the same bytes.</summary>
    private static byte[] Bound(ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (var part in parts) text.Append(part.Length).Append(':').Append(part);
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}

/// <summary>There is no usable key to encrypt with.</summary>
public sealed class SecretKeyException(string message) : Exception(message);

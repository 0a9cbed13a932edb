using System.Security.Cryptography;
using Cadre.Storage.Durable;

namespace Cadre.Server.Agents.Vaults;

/// <summary>
/// Encrypts credentials by AES-256-GCM with a key of this server, which lies in a file that only its user can read. Who copies the database without the file
/// cannot read them; who loses the file has lost them.
/// </summary>
internal sealed class VaultKey(string directory)
{
    public const string FileName = "vault.key";
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly Lock _lock = new();
    private byte[]? _key;

    /// <param name="context">What the text belongs to: it decrypts with the same only.</param>
    public string Encrypt(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context)
    {
        var whole = new byte[NonceLength + TagLength + secret.Length];
        RandomNumberGenerator.Fill(whole.AsSpan(0, NonceLength));
        using var cipher = new AesGcm(Key(), TagLength);
        cipher.Encrypt(whole.AsSpan(0, NonceLength), secret, whole.AsSpan(NonceLength + TagLength), whole.AsSpan(NonceLength, TagLength), context);
        return Convert.ToBase64String(whole);
    }

    /// <exception cref="CryptographicException">It was encrypted with another key or for another context, or was changed.</exception>
    public byte[] Decrypt(string encrypted, ReadOnlySpan<byte> context)
    {
        var whole = Convert.FromBase64String(encrypted);
        var secret = new byte[whole.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(Key(), TagLength);
        cipher.Decrypt(whole.AsSpan(0, NonceLength), whole.AsSpan(NonceLength + TagLength), whole.AsSpan(NonceLength, TagLength), secret, context);
        return secret;
    }

    private byte[] Key()
    {
        lock (_lock)
        {
            if (_key is not null) return _key;
            var file = Path.Combine(directory, FileName);
            // On the disk before anything is encrypted with it.
            if (!File.Exists(file)) DurableFile.Replace(PosixDisk.Instance, file, RandomNumberGenerator.GetBytes(KeyLength));
            var key = File.ReadAllBytes(file);
            if (key.Length != KeyLength) throw new InvalidDataException($"The key file {file} is damaged: it must hold {KeyLength} bytes.");
            return _key = key;
        }
    }
}

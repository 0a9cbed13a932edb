using System.Numerics;

namespace Cadre.Server.Identity.Tokens;

/// <summary>
/// Keys that some chips made from too few primes, so that they can be factored (CVE-2017-15361): modulo every small prime, such a modulus is a power of
/// 65537. One of 2^27 sound keys looks so too.
/// </summary>
internal static class RocaCheck
{
    private const int Generator = 65537;

    private static readonly int[] Primes =
    [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];

    /// <param name="modulus">Big-endian.</param>
    public static bool IsWeak(ReadOnlySpan<byte> modulus)
    {
        var number = new BigInteger(modulus, isUnsigned: true, isBigEndian: true);
        return Primes.All(prime => IsPower((int)(number % prime), prime));
    }

    private static bool IsPower(int residue, int prime)
    {
        var power = 1;
        do
        {
            if (power == residue) return true;
            power = power * (Generator % prime) % prime;
        }
        while (power != 1);
        return false;
    }
}

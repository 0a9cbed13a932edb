using Cadre.Storage.Durable;

namespace Cadre.Storage.Tests.Durable;

public sealed class Crc32CTests
{
    /// <summary>The check value of the catalogue, and RFC 3720, B.4.</summary>
    [Fact]
    public void Agrees_with_the_published_values()
    {
        Assert.Equal(0xE3069283, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AA, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Fact]
    public void A_number_counts_as_its_eight_bytes_low_byte_first() =>
        Assert.Equal(Crc32C.Append(Crc32C.Start, [8, 7, 6, 5, 4, 3, 2, 1]), Crc32C.Append(Crc32C.Start, 0x0102030405060708));
}

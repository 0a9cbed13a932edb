namespace Cadre.Tools.Workspaces;

internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int NoDevice = 6;
    public const int Again = 11;
    public const int Access = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int NoSpace = 28;
    public const int ReadOnlySystem = 30;
    public const int NameTooLong = 36;
    public const int NoSystemCall = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40;
    public const int QuotaExceeded = 122;
}

namespace Cadre.Storage; internal static class Placeholder;

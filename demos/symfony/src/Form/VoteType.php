<?php

declare(strict_types=1);

namespace App\Form;

use Demo\Poll;
use Symfony\Component\Form\AbstractType;
use Symfony\Component\Form\Extension\Core\Type\ChoiceType;
use Symfony\Component\Form\Extension\Core\Type\HiddenType;
use Symfony\Component\Form\FormBuilderInterface;
use Symfony\Component\OptionsResolver\OptionsResolver;

/** The options of one poll, one of which is chosen; none if there is no such poll. */
final class VoteType extends AbstractType
{
    public function buildForm(FormBuilderInterface $builder, array $options): void
    {
        $poll = $options['poll'];
        $prefix = 'poll-' . $poll?->id;
        $builder
            ->add('poll', HiddenType::class, ['attr' => ['id' => $prefix . '-id']])
            ->add('option', ChoiceType::class, [
                'choices' => array_column($poll?->options ?? [], 'letter'),
                'choice_label' => static fn(string $letter): string => array_column($poll->options, 'text', 'letter')[$letter],
                'choice_attr' => static fn(string $letter): array => ['id' => "$prefix-$letter"],
                'expanded' => true,
            ]);
    }

    public function configureOptions(OptionsResolver $resolver): void
    {
        $resolver->setDefaults(['csrf_token_id' => 'poll']);
        $resolver->define('poll')->required()->allowedTypes(Poll::class, 'null');
    }
}

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useLayoutEffect, useRef, useState } from 'react';
import { ApiFailure, failureText } from '../app/api.ts';

/** What an input of a form is given. */
interface Field {
  name: string;
  value: string;
  onChange: (event: { currentTarget: { value: string } }) => void;
  error: string | undefined;
}

/**
 * A form of text inputs that the gate judges: its answer is shown at the field it is about, the first of them gets the focus,
 * and what was typed stays.
 */
export function useForm<Values extends Record<string, string>, Result>({
  initial,
  send,
  onDone,
}: {
  initial: Values;
  send: (values: Values) => Promise<Result>;
  onDone: (result: Result, values: Values) => void;
}) {
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const act = useMutation({
    mutationFn: send,
    onSuccess: onDone,
    onError: (error) => setErrors(error instanceof ApiFailure ? error.fields : {}),
  });
  useLayoutEffect(() => {
    if (Object.keys(errors).length > 0) {
      form.current
        ?.querySelector<HTMLElement>('input[aria-invalid="true"], select[aria-invalid="true"]')
        ?.focus();
    }
  }, [errors]);

  const known = Object.keys(values);
  const elsewhere = act.isError && !Object.keys(errors).some((name) => known.includes(name));
  return {
    values,
    set: (changes: Partial<Values>) => setValues((before) => ({ ...before, ...changes })),
    pending: act.isPending,
    /** Trouble that belongs to no field. */
    trouble: elsewhere ? failureText(act.error) : null,
    error: act.error,
    /** @param label how the field is called, to make a sentence of what is wrong with it */
    field: (name: keyof Values & string, label: string): Field => ({
      name,
      value: values[name] ?? '',
      onChange: ({ currentTarget: { value } }) => {
        setValues((before) => ({ ...before, [name]: value }));
        setErrors(({ [name]: _gone, ...others }) => others);
      },
      error: errors[name] === undefined ? undefined : `${label} ${errors[name]}.`,
    }),
    formProps: {
      ref: form,
      noValidate: true,
      onSubmit: (event: FormEvent) => {
        event.preventDefault();
        if (!act.isPending) act.mutate(values);
      },
    },
  };
}
